"""Repairs as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from classrooms.workshop.models import Repair
from classrooms.workshop.rules import labour_cents
from core.spreadsheets import Column, write_csv, write_xlsx


def _columns() -> list[Column]:
    return [
        Column(_("Réparation"), width=11),
        Column(_("Numéro d’inventaire"), width=18),
        Column(_("Modèle"), width=26),
        Column(_("École"), width=36),
        Column(_("Panne"), width=20),
        Column(_("Diagnostic"), width=40),
        Column(_("Ouverte le"), "date", width=12),
        Column(_("Terminée le"), "date", width=12),
        Column(_("Issue"), width=12),
        Column(_("Minutes"), "integer", width=10),
        Column(_("Main-d’œuvre"), "money", width=12),
        Column(_("Pièces"), "money", width=12),
        Column(_("Réparateur"), "money", width=12),
        Column(_("Coût"), "money", width=12),
    ]


def _rows(repairs: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    repair: Repair
    for repair in repairs.iterator(chunk_size=1000):
        yield (
            *(str(repair), repair.device.asset_tag, str(repair.device.model)),
            *(str(repair.school or ""), _fault(repair), repair.diagnosis),
            *(repair.opened_at.date(), repair.closed_at and repair.closed_at.date()),
            *(repair.get_state_display(), repair.minutes),
            *(labour_cents(repair.minutes, repair.hour_cents or 0), repair.parts_cents),
            *(repair.quote_cents, repair.cost_cents),
        )


def _fault(repair: Repair) -> str:
    return repair.incident.get_kind_display() if repair.incident else ""


def repairs_xlsx(repairs: QuerySet[Any]) -> bytes:
    """Return the repairs as a workbook."""
    return write_xlsx(_("Réparations"), _columns(), _rows(repairs))


def repairs_csv(repairs: QuerySet[Any]) -> bytes:
    """Return the repairs as CSV."""
    return write_csv(_columns(), _rows(repairs))
