"""Labels to stick on devices and carts: an opaque QR address and the inventory number."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms.models import Cart, Device
from core import pdf


def address(token: str) -> str:
    """Return what the QR code says: an address that tells a stranger nothing."""
    return f"{settings.PUBLIC_URL}{reverse('classrooms:label', args=[token])}"


def sheet(things: Sequence[Cart | Device]) -> bytes:
    """Return an A4 sheet of 3 × 7 labels (63.5 × 38.1 mm, the common 21-a-sheet format)."""
    return pdf.render("classrooms/labels.typ", {"labels": [_label(thing) for thing in things]})


def _label(thing: Cart | Device) -> dict[str, str]:
    if isinstance(thing, Cart):
        name, detail = thing.code, thing.name
    else:
        name, detail = thing.asset_tag, str(thing.model)
        if thing.slot:
            detail = _("Emplacement %(slot)s") % {"slot": thing.slot}
    # Level Q survives a quarter of the symbol being scratched off by small hands.
    code = segno.make(address(thing.label_token), error="q", micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    return {
        "qr": drawn.getvalue().decode(),
        "name": name,
        "detail": detail,
        "phone": settings.FLEET_CONTACT_PHONE,
    }
