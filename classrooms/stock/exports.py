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


def sims_xlsx(rows: QuerySet[Any]) -> bytes:
    """Return SIM cards as a workbook; their numbers stay text."""
    columns = [
        Column(_("ICCID"), width=24),
        Column(_("Téléphone"), width=16),
        Column(_("Opérateur"), width=20),
        Column(_("Go par mois"), "integer", width=12),
        Column(_("Situation"), width=20),
        Column(_("Appareil"), width=16),
        Column(_("Chariot"), width=12),
        Column(_("Où"), width=40),
        Column(_("Contrat"), width=20),
        Column(_("Fin du contrat"), "date", width=14),
        Column(_("Par mois"), "money", width=12),
    ]
    cells = (
        (
            *(sim.iccid, sim.phone, sim.operator, sim.data_gb or None),
            str(sim.get_state_display()),
            *(sim.device.asset_tag if sim.device else "", sim.cart.code if sim.cart else ""),
            *(sim.place, sim.contract, sim.contract_end, sim.monthly_cents),
        )
        for sim in rows
    )
    return write_xlsx(_("Cartes SIM"), columns, cells)
