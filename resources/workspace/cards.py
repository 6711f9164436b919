"""Login cards on paper: eight to a sheet, each with a QR code."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse

from core import pdf
from resources.workspace.actions import IssuedCard


def card_url(token: str) -> str:
    """Return the address that a card's QR code opens."""
    path = reverse("workspace:card", kwargs={"token": token})
    return f"{settings.PUBLIC_URL}{path}"


def qr_svg(text: str) -> str:
    """Return a QR code as SVG, with enough spare to be read from a worn card."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=2, xmldecl=False, svgns=True, dark="#14202e"
    )
    return out.getvalue().decode()


def sheet(cards: Sequence[IssuedCard], *, language: str = "fr") -> bytes:
    """Return the PDF of some cards, eight on an A4 sheet, to cut along the lines."""
    values: list[dict[str, Any]] = [
        {
            "name": card.account.user.given_name,
            "family_name": card.account.user.family_name,
            "class": card.account.class_group.name,
            "school": card.account.class_group.school.name,
            "qr": qr_svg(card_url(card.token)),
        }
        for card in cards
    ]
    return pdf.render("workspace/cards.typ", {"cards": values}, language=language)
