"""A collection on paper: a list with the notes, or a sheet of codes to scan with a tablet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock, pdf
from resources.catalogue.models import Resource
from resources.curation.models import Collection
from resources.curation.readings import Line
from resources.workspace.cards import qr_svg


def address_of(resource: Resource) -> str:
    """Return the page of a resource here, as a code holds it."""
    return f"{settings.PUBLIC_URL}{reverse('catalogue:resource', args=[resource.identifier])}"


def _entries(lines: Sequence[Line], *, codes: bool) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "title": line.resource.title,
            "levels": ", ".join(term.code for term in line.resource.levels.all()),
            "kind": line.resource.pedagogical_type.label if line.resource.pedagogical_type else "",
            "note": line.item.note,
            "address": address_of(line.resource),
            "qr": qr_svg(address_of(line.resource)) if codes else "",
        }
        for number, line in enumerate((line for line in lines if line.resource), start=1)
        if line.resource is not None
    ]


def _words() -> dict[str, str]:
    return {
        "codes": _("Codes à scanner"),
        "list": _("Liste de ressources"),
        "how": _("Scannez un code avec la tablette : la ressource s’ouvre dans Escale."),
        "levels": _("Niveaux"),
        "code_of": _("Code à scanner :"),
        "page_of": _("Page de la ressource"),
    }


def _render(collection: Collection, lines: Sequence[Line], credit: str, *, codes: bool) -> bytes:
    return pdf.render(
        "curation/codes.typ" if codes else "curation/list.typ",
        {
            "title": collection.title,
            "introduction": collection.introduction,
            "credit": credit,
            "day": clock.today(),
            "entries": _entries(lines, codes=codes),
            "words": _words(),
        },
        language=get_language() or "fr",
    )


def codes(collection: Collection, lines: Sequence[Line], credit: str) -> bytes:
    """Return the sheet of codes: each leads to the page of a resource here."""
    return _render(collection, lines, credit, codes=True)


def listing(collection: Collection, lines: Sequence[Line], credit: str) -> bytes:
    """Return the list with notes and addresses."""
    return _render(collection, lines, credit, codes=False)
