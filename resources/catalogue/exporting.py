"""The catalogue as a table, which the import reads back as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.spreadsheets import Column, write_csv, write_xlsx
from resources.catalogue.models import Contribution, Resource

#: Headers that the import recognises by themselves, in any language of the page.
_HEADERS = (
    ("identifiant", 20),
    ("titre", 40),
    ("description", 60),
    ("langue", 8),
    ("type documentaire", 18),
    ("type pedagogique", 18),
    ("niveaux", 16),
    ("domaines", 30),
    ("editeur", 20),
    ("auteur", 20),
    ("licence", 18),
    ("droits", 20),
    ("url", 40),
    ("mots-cles", 30),
    ("cout", 10),
)


def _columns() -> list[Column]:
    columns = [Column(name, width=width) for name, width in _HEADERS]
    return [*columns, Column("duree", "integer", 8), Column(_("état"), width=12)]


def _rows(resources: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    loaded = resources.select_related(
        "document_type", "pedagogical_type", "licence"
    ).prefetch_related("levels", "domains", "contributions")
    states = {code: str(label) for code, label in Resource.State.choices}
    for row in loaded.iterator(chunk_size=500):
        credit = {c.role: c.name for c in reversed(row.contributions.all())}
        yield (
            row.external_identifier or row.identifier,
            row.title,
            row.description,
            row.language,
            row.document_type.label if row.document_type else "",
            row.pedagogical_type.label if row.pedagogical_type else "",
            "|".join(term.code for term in row.levels.all()),
            "|".join(term.code for term in row.domains.all()),
            credit.get(Contribution.Kind.PUBLISHER, ""),
            credit.get(Contribution.Kind.AUTHOR, ""),
            row.licence.label if row.licence else "",
            row.rights,
            row.url,
            "|".join(str(word) for word in row.keywords),
            {"free": "gratuit", "paid": "payant"}[row.cost],
            row.duration_minutes,
            states[row.state],
        )


def resources_xlsx(resources: QuerySet[Any]) -> bytes:
    """Return resources as a workbook that can be imported again."""
    return write_xlsx(_("Catalogue"), _columns(), _rows(resources))


def resources_csv(resources: QuerySet[Any]) -> bytes:
    """Return resources as CSV that can be imported again."""
    return write_csv(_columns(), _rows(resources))
