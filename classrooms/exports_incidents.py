"""Promises kept as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from classrooms.queries.promises import Promises
from core.spreadsheets import Column, write_csv, write_xlsx


def _columns() -> list[Column]:
    return [
        Column(_("Par"), width=12),
        Column(_("Nom"), width=40),
        Column(_("Pannes"), "integer", width=10),
        Column(_("Répondues ou échues"), "integer", width=20),
        Column(_("Répondues à temps"), "integer", width=18),
        Column(_("À temps (%)"), "integer", width=12),
        Column(_("Jours d’école avant de retravailler (médiane)"), width=24),
        Column(_("Jours d’école avant le règlement (médiane)"), width=24),
    ]


def _rows(figures: Promises) -> Iterator[tuple[Any, ...]]:
    groups = (
        (_("Total"), [figures.total]),
        (_("Mois"), figures.months),
        (_("École"), figures.schools),
        (_("Modèle"), figures.models),
    )
    for group, parts in groups:
        for part in parts:
            yield (
                *(group, part.label, part.count, part.answered, part.in_time, part.share),
                *(_decimal(part.wait), _decimal(part.end)),
            )


def _decimal(days: float | None) -> str:
    return "" if days is None else f"{days:g}".replace(".", ",")


def promises_xlsx(figures: Promises) -> bytes:
    """Return the figures as a workbook."""
    return write_xlsx(_("Délais"), _columns(), _rows(figures))


def promises_csv(figures: Promises) -> bytes:
    """Return the figures as CSV."""
    return write_csv(_columns(), _rows(figures))
