"""The catalogue as a table, which the import reads back as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.spreadsheets import Column, write_csv, write_xlsx
from resources.catalogue.importing.plan import MANY
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
    ("activites", 20),
    ("lieux", 20),
    ("besoins", 20),
    ("socle", 20),
    ("public vise", 10),
    ("difficulte", 10),
    ("donnees personnelles", 10),
    ("format", 12),
    ("parue le", 12),
    ("illustrateur", 20),
    ("contributeur", 20),
    ("poids", 12),
    ("image", 40),
    ("ouverte du", 12),
    ("ouverte au", 12),
    ("acces achetes", 8),
    ("acces par", 10),
)


def _columns() -> list[Column]:
    columns = [Column(name, width=width) for name, width in _HEADERS]
    return [*columns, Column("duree", "integer", 8), Column(_("état"), width=12)]


def _rows(resources: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    loaded = resources.select_related(
        "document_type", "pedagogical_type", "licence"
    ).prefetch_related(*MANY, "contributions")
    states = {code: str(label) for code, label in Resource.State.choices}
    for row in loaded.iterator(chunk_size=500):
        credit: dict[str, list[str]] = {}
        for part in row.contributions.all():
            credit.setdefault(part.role, []).append(part.name)
        yield (
            row.external_identifier or row.identifier,
            row.title,
            row.description,
            row.language,
            row.document_type.label if row.document_type else "",
            row.pedagogical_type.label if row.pedagogical_type else "",
            "|".join(term.code for term in row.levels.all()),
            "|".join(term.code for term in row.domains.all()),
            "|".join(credit.get(Contribution.Kind.PUBLISHER, ())),
            "|".join(credit.get(Contribution.Kind.AUTHOR, ())),
            row.licence.label if row.licence else "",
            row.rights,
            row.url,
            "|".join(str(word) for word in row.keywords),
            {"free": "gratuit", "paid": "payant"}[row.cost],
            *("|".join(term.code for term in getattr(row, name).all()) for name in MANY[2:]),
            row.audience,
            row.difficulty,
            row.personal_data_level,
            row.format,
            row.published_on.isoformat() if row.published_on else "",
            "|".join(credit.get(Contribution.Kind.ILLUSTRATOR, ())),
            "|".join(credit.get(Contribution.Kind.CONTRIBUTOR, ())),
            f"{row.size_bytes} o" if row.size_bytes is not None else "",
            row.thumbnail_url,
            row.open_from.isoformat() if row.open_from else "",
            row.open_to.isoformat() if row.open_to else "",
            row.licence_seats or "",
            row.licence_unit if row.licence_seats else "",
            row.duration_minutes,
            states[row.state],
        )


def resources_xlsx(resources: QuerySet[Any]) -> bytes:
    """Return resources as a workbook that can be imported again."""
    return write_xlsx(_("Catalogue"), _columns(), _rows(resources))


def resources_csv(resources: QuerySet[Any]) -> bytes:
    """Return resources as CSV that can be imported again."""
    return write_csv(_columns(), _rows(resources))
