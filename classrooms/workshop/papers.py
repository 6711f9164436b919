"""Papers of the workshop: the ticket on a device, the letter to a maker."""

from __future__ import annotations

from io import BytesIO

import segno
from django.conf import settings
from django.urls import reverse

from classrooms.workshop.models import Claim, Repair
from core import clock, pdf
from core.dates import date_format


def ticket(repair: Repair) -> bytes:
    """Return the sheet that stays with a device on the bench; its code opens the repair."""
    link = reverse("workshop:repair", args=[repair.public_id])
    drawn = BytesIO()
    code = segno.make(f"{settings.PUBLIC_URL}{link}", error="m", micro=False)
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    device, incident = repair.device, repair.incident
    return pdf.render(
        "workshop/ticket.typ",
        {
            "qr": drawn.getvalue().decode(),
            "number": str(repair),
            "tag": device.asset_tag,
            "serial": device.serial,
            "model": str(device.model),
            "school": str(repair.school or ""),
            "depot": str(repair.depot or ""),
            "opened": date_format(clock.service_day(repair.opened_at), "j F Y"),
            "fault": str(incident.get_kind_display()) if incident else "",
            "words": incident.description if incident else "",
            "diagnosis": repair.diagnosis,
            "parts": [
                {"label": part.label, "quantity": part.quantity, "cents": part.cost_cents}
                for part in repair.parts.order_by("at", "pk")
            ],
        },
    )


def letter(claim: Claim) -> bytes:
    """Return the claim as a letter to the maker."""
    device = claim.device
    return pdf.render(
        "workshop/claim.typ",
        {
            "number": str(claim),
            "reference": claim.reference,
            "maker": claim.maker,
            "model": str(device.model),
            "serial": claim.serial_before,
            "tag": device.asset_tag,
            "bought": date_format(device.purchased_on, "j F Y") if device.purchased_on else "",
            "warranty": date_format(device.warranty_end, "j F Y") if device.warranty_end else "",
            "fault": claim.fault,
            "day": date_format(claim.sent_on or clock.today(), "j F Y"),
            "phone": settings.FLEET_CONTACT_PHONE,
        },
    )
