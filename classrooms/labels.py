"""Labels to stick on devices and carts: an opaque QR address, the inventory number, its bars."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from classrooms import code128, sheets
from classrooms.models import Cart, Device
from core import pdf

#: The thinnest bar that common readers and office printers agree on, in mm.
THINNEST = 0.19
#: The widest bar worth printing, in mm.
WIDEST = 0.33
#: Narrower labels than this hold the QR code and the number only, in mm.
NARROW = 30.0


def address(token: str) -> str:
    """Return what the QR code says: an address that tells a stranger nothing."""
    return f"{settings.PUBLIC_URL}{reverse('classrooms:label', args=[token])}"


def sheet(
    things: Sequence[Cart | Device], *, paper: sheets.Sheet | None = None, start: int = 1
) -> bytes:
    """Return the labels of things on sheets of a format, from a place of the first one."""
    paper = paper or sheets.SHEETS[sheets.DEFAULT]
    pages: dict[int, list[dict[str, Any]]] = {}
    for thing, (page, place) in zip(things, sheets.places(len(things), paper, start), strict=True):
        x, y = paper.corner(place)
        pages.setdefault(page, []).append({"x": x, "y": y, **_label(thing, paper)})
    data = {"pages": list(pages.values()), "width": paper.width, "height": paper.height}
    return pdf.render("classrooms/labels.typ", data)


def number_of(thing: Cart | Device) -> str:
    """Return what people and bars call a thing."""
    return thing.code if isinstance(thing, Cart) else thing.asset_tag


def _label(thing: Cart | Device, paper: sheets.Sheet) -> dict[str, Any]:
    if isinstance(thing, Cart):
        detail = thing.name
    else:
        detail = str(thing.model)
        if thing.slot:
            detail = _("Emplacement %(slot)s") % {"slot": thing.slot}
    small = paper.width < NARROW
    # Level Q survives a quarter of the symbol being scratched off by small hands; a label of
    # one centimetre has no room for it.
    code = segno.make(address(thing.label_token), error="l" if small else "q", micro=False)
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    return {
        "qr": drawn.getvalue().decode(),
        "bars": None if small else barcode(number_of(thing), room_for_bars(paper)),
        "name": number_of(thing),
        "detail": detail,
        "phone": settings.FLEET_CONTACT_PHONE,
    }


def room_for_bars(paper: sheets.Sheet) -> float:
    """Return how wide the bars may be, blank margins included, in mm."""
    return paper.width - (38 if paper.width > 80 else 2)


def barcode(text: str, room: float) -> dict[str, Any] | None:
    """Return a text's bars as a drawing and its width in mm; None where no reader could tell them.

    Text that Code 128 cannot hold has no bars either: its QR code still says everything.
    """
    try:
        found, modules = code128.bars(text)
    except ValueError:
        return None
    thin = min(WIDEST, room / (modules + 2 * code128.QUIET))
    if thin < THINNEST:
        return None
    path = "".join(f"M{offset} 0h{width}v1h-{width}z" for offset, width in found)
    return {
        "svg": (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} 1" '
            f'preserveAspectRatio="none"><path d="{path}"/></svg>'
        ),
        "width": round(thin * modules, 3),
    }
