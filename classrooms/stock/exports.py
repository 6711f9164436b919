"""The stock as a table for a spreadsheet, with what to order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.spreadsheets import Column, write_xlsx


def levels_xlsx(rows: QuerySet[Any]) -> bytes:
    """Return the levels as a workbook."""
    columns = [
        Column(_("Article"), width=34),
        Column(_("Nature"), width=18),
        Column(_("Référence"), width=18),
        Column(_("Lieu"), width=34),
        Column(_("En stock"), "integer", width=10),
        Column(_("Minimum"), "integer", width=10),
        Column(_("À commander"), "integer", width=13),
        Column(_("Prix d’une unité"), "money", width=15),
        Column(_("Montant à commander"), "money", width=20),
        Column(_("Fournisseur"), width=26),
        Column(_("Compté le"), "date", width=12),
    ]
    return write_xlsx(_("Stock"), columns, _rows(rows))


def _rows(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    for level in rows:
        item, wanted = level.item, level.to_order
        yield (
            item.name,
            str(item.get_kind_display()),
            item.reference,
            level.place,
            level.quantity,
            level.minimum,
            wanted,
            item.price_cents,
            wanted * item.price_cents,
            item.supplier,
            level.counted_on,
        )
