"""Papers that travel with devices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO

import segno
from django.conf import settings
from django.urls import reverse

from classrooms.lending import wording
from classrooms.lending.models import Transfer, TransferItem
from classrooms.models import HandOut
from core import clock, pdf
from core.dates import date_format


def delivery(transfer: Transfer, items: Sequence[TransferItem]) -> bytes:
    """Return the delivery slip: from, to, every device, room for two signatures, a code.

    The code opens the page where the arrival is confirmed, for those who may.
    """
    link = reverse("lending:transfer", args=[transfer.public_id])
    code = segno.make(f"{settings.PUBLIC_URL}{link}", error="m", micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    day = transfer.planned_for or clock.today()
    return pdf.render(
        "lending/delivery.typ",
        {
            "qr": drawn.getvalue().decode(),
            "number": str(transfer),
            "start": str(transfer.origin),
            "destination": str(transfer.destination),
            "reason": transfer.reason,
            "day": date_format(day, "j F Y"),
            "items": [
                {
                    "cart": item.cart.name if item.cart else "",
                    "slot": item.slot or "",
                    "tag": item.device.asset_tag,
                    "serial": item.device.serial,
                    "model": str(item.device.model),
                }
                for item in items
            ],
        },
    )


def agreement(
    text: str,
    first: HandOut,
    *,
    name: str = "",
    picture: str = "",
    at: dt.datetime | None = None,
    witness: str = "",
) -> bytes:
    """Return a loan agreement as a document: signed with ``name``, or blank for a paper one.

    ``witness`` is before whom it was signed, when not from the borrower's own account.
    """
    lines = text.split("\n")
    return pdf.render(
        "lending/agreement.typ",
        {
            "lines": lines,
            "holder": first.holder_name,
            "school": str(first.school),
            "name": name,
            "picture": picture,
            "witness": witness,
            "signed": date_format(at, "j F Y, H:i") if at else "",
            "fingerprint": wording.fingerprint(text),
            "version": wording.VERSION,
        },
    )
