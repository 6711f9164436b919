"""Plans and forecasts as tables for a spreadsheet. Text stays text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from classrooms.models import Device
from classrooms.planning.forms import TERM_NAMES
from classrooms.planning.rules.depreciation import Asset, end_of_life, residual
from classrooms.planning.rules.planner import TERMS, Allocation
from classrooms.planning.rules.refresh import Assumptions, Outlook
from classrooms.planning.words import Explainer
from core.spreadsheets import Column, write_csv, write_xlsx
from enrolment.schools.models import School


@dataclass(frozen=True)
class Table:
    """A sheet: its name, columns, rows."""

    name: str
    columns: list[Column]
    rows: Sequence[Sequence[Any]]

    def xlsx(self) -> bytes:
        """Return it as a workbook."""
        return write_xlsx(self.name[:31], self.columns, self.rows)

    def csv(self) -> bytes:
        """Return it as CSV."""
        return write_csv(self.columns, self.rows)


def budget(
    outlook: Outlook,
    categories: Sequence[tuple[object, str]],
    fundings: Sequence[tuple[object, str]],
) -> Table:
    """Return devices and cost for each year, category and funding."""
    names, ways = dict(categories), dict(fundings)
    rows = [
        (year.year, names[category], ways[funding], count, cents)
        for year in outlook.years
        for (category, funding), (count, cents) in sorted(year.bought.items())
    ]
    columns = [
        Column(_("Budget"), "integer", 10),
        Column(_("Catégorie"), width=24),
        Column(_("Financement d’origine"), width=26),
        Column(_("Appareils"), "integer", 11),
        Column(_("Coût"), "money", 14),
    ]
    return Table(_("Renouvellement"), columns, rows)


def due_devices(outlook: Outlook, given: Assumptions, today: dt.date) -> Table:
    """Return each device to replace, with its place, what it is worth today, its price then."""
    years: dict[int, int] = {}
    for year in outlook.years:
        for key in year.keys:
            years.setdefault(key, year.year)
    devices = (
        Device.objects.filter(pk__in=years)
        .select_related("model__category", "cart__school", "cart__depot", "school", "depot")
        .order_by("purchased_on", "asset_tag")
    )
    rows = []
    for device in devices:
        model, bought = device.model, device.purchased_on
        if bought is None:
            continue
        paid = device.cost_cents if device.cost_cents is not None else model.price_cents
        asset = Asset(paid, bought, model.life_months)
        rows.append(
            (
                years[device.pk],
                device.asset_tag,
                model.category.name,
                str(model),
                device.place,
                device.get_condition_display(),
                bought,
                end_of_life(bought, model.life_months),
                residual(asset, today),
                given.price_in(model.price_cents or paid, years[device.pk]),
            )
        )
    rows.sort(key=lambda row: row[0])
    columns = [
        Column(_("Budget"), "integer", 10),
        Column(_("Numéro d’inventaire"), width=18),
        Column(_("Catégorie"), width=22),
        Column(_("Modèle"), width=26),
        Column(_("École ou atelier"), width=36),
        Column(_("État"), width=12),
        Column(_("Acheté le"), "date", 12),
        Column(_("Fin de vie prévue"), "date", 16),
        Column(_("Valeur aujourd’hui"), "money", 16),
        Column(_("Prix de remplacement"), "money", 18),
    ]
    return Table(_("Appareils à renouveler"), columns, rows)


def allocation(result: Allocation, explainer: Explainer) -> Table:
    """Return every school of a plan: its rank, its points, each term, what it gets."""
    rows = []
    for line in result.lines:
        need = line.score.need
        by_term = {reason.term: reason for reason in explainer.reasons(line.score)}
        told = [
            f"{by_term[term].points} ({by_term[term].text})" if term in by_term else ""
            for term in TERMS
        ]
        rows.append(
            (
                line.rank,
                need.uai,
                need.name,
                str(School.Priority(need.priority).label),
                need.pupils,
                need.devices,
                explainer.points(line.points),
                line.devices,
                *told,
            )
        )
    columns = [
        Column(_("Rang"), "integer", 8),
        Column(_("UAI"), width=11),
        Column(_("École"), width=40),
        Column(_("Éducation prioritaire"), width=22),
        Column(_("Élèves"), "integer", 9),
        Column(_("Appareils déjà là"), "integer", 16),
        Column(_("Points sur 100"), width=14),
        Column(_("Appareils attribués"), "integer", 18),
        *(Column(str(TERM_NAMES[term]), width=40) for term in TERMS),
    ]
    return Table(_("Répartition"), columns, rows)
