"""Departures and rates of reuse as tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from classrooms.secondlife.models import Departure
from classrooms.secondlife.queries.reuse import Count, Year
from core import clock
from core.spreadsheets import Column, write_xlsx


def departures_xlsx(rows: Iterable[Departure]) -> bytes:
    """Return devices on their way out as a workbook."""
    columns = [
        Column(_("Numéro d’inventaire"), width=18),
        Column(_("Numéro de série"), width=20),
        Column(_("Modèle"), width=24),
        Column(_("Lieu"), width=34),
        Column(_("Motif"), width=28),
        Column(_("Étape"), width=20),
        Column(_("Destination"), width=16),
        Column(_("Grade"), width=8),
        Column(_("Proposé le"), "date", width=12),
        Column(_("Réformé le"), "date", width=12),
        Column(_("Sorti le"), "date", width=12),
        Column(_("Valeur restante"), "money", width=14),
    ]
    return write_xlsx(_("Seconde vie"), columns, (_cells(row) for row in rows))


def _cells(row: Departure) -> tuple[Any, ...]:
    device = row.device
    triage = getattr(row, "triage", None)
    return (
        device.asset_tag,
        device.serial,
        str(device.model),
        device.place,
        row.get_reason_display(),
        row.get_state_display(),
        row.get_destination_display(),
        triage.grade if triage else "",
        clock.service_day(row.proposed_at),
        clock.service_day(row.decided_at) if row.decided_at else None,
        clock.service_day(row.ended_at) if row.ended_at else None,
        row.worth_cents,
    )


def reuse_xlsx(years: Iterable[Year]) -> bytes:
    """Return the rates by year and kind as a workbook."""
    columns = [
        Column(_("Année"), "integer", width=8),
        Column(_("Catégorie"), width=24),
        Column(_("De nouveau en service en ville"), "integer", width=28),
        Column(_("Donnés"), "integer", width=10),
        Column(_("Recyclés"), "integer", width=10),
        Column(_("Part réemployée (%)"), "integer", width=20),
        Column(_("Décret : orientés vers le réemploi"), "integer", width=32),
        Column(_("Décret : en stock au 1er janvier"), "integer", width=30),
        Column(_("Décret : taux (%)"), "integer", width=18),
        Column(_("Décret : objectif (%)"), "integer", width=20),
    ]
    return write_xlsx(_("Réemploi"), columns, _rates(years))


def _rates(years: Iterable[Year]) -> Iterator[tuple[Any, ...]]:
    for year in years:
        yield _rate(year, _("Tous"), year.all)
        for kind, count in year.by_kind:
            yield _rate(year, kind, count)


def _rate(year: Year, kind: str, count: Count) -> tuple[Any, ...]:
    return (
        year.year,
        kind,
        count.renewed,
        count.given,
        count.recycled,
        count.percent,
        count.decree_given,
        count.decree_stock,
        count.decree_percent,
        year.target,
    )
