"""Repairs: the board, what one costs, and whether it is worth it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from classrooms.models import Device
from classrooms.queries.devices import printable, search
from classrooms.workshop import rules
from classrooms.workshop.models import Repair, RepairPart
from classrooms.workshop.queries.terms import terms_on
from core import clock
from core.accounts.models import User

SHOWN = ("device__model__category", "incident", "school", "depot", "opened_by")
#: States of open repairs, in the order of the board.
OPEN_STATES = (
    Repair.State.RECEIVED,
    Repair.State.DIAGNOSED,
    Repair.State.WAITING_PART,
    Repair.State.AT_SUPPLIER,
)


@dataclass(frozen=True)
class Cost:
    """What a repair comes to so far, in cents."""

    minutes: int
    hour_cents: int
    labour_cents: int
    parts_cents: int
    quote_cents: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.labour_cents + self.parts_cents + self.quote_cents


def cost_of(repair: Repair, terms: rules.Terms) -> Cost:
    """Return what a repair costs: as it ended, or so far at today's rate; one query."""
    hour = terms.hour_cents if repair.hour_cents is None else repair.hour_cents
    parts = repair.parts_cents
    if parts is None:
        total = RepairPart.objects.filter(repair=repair).aggregate(
            cents=Coalesce(Sum(F("quantity") * F("unit_cents")), 0)
        )
        parts = int(total["cents"])
    return Cost(
        minutes=repair.minutes,
        hour_cents=hour,
        labour_cents=rules.labour_cents(repair.minutes, hour),
        parts_cents=parts,
        quote_cents=repair.quote_cents or 0,
    )


def expected_cents(repair: Repair, cost: Cost) -> int:
    """Return what mending will cost: what was agreed for such a fault, until more is spent."""
    if repair.incident is None:
        return cost.total
    prices = repair.device.model.repair_prices.filter(kind=repair.incident.kind)
    agreed = prices.values_list("cents", flat=True).first() or 0
    return max(cost.total, agreed)


def worth_of(repair: Repair, cost: Cost, terms: rules.Terms, today: dt.date) -> rules.Worth:
    """Weigh a repair against a new device of the same model."""
    device = repair.device
    return rules.worth_mending(
        repair_cents=expected_cents(repair, cost),
        price_cents=device.model.price_cents or device.cost_cents or 0,
        bought_on=device.purchased_on,
        life_months=device.model.life_months,
        today=today,
        terms=terms,
        claimable=rules.under_warranty(device.warranty_end, today),
    )


def board_for(user: User, depot: int | None = None) -> list[tuple[Any, list[Repair]]]:
    """Return the open repairs a person sees, by state, the longest there first; one query."""
    rows = Repair.objects.visible_to(user).open().select_related(*SHOWN)
    if depot is not None:
        rows = rows.filter(depot=depot)
    columns: dict[str, list[Repair]] = {state: [] for state in OPEN_STATES}
    for repair in rows.order_by("state_since", "pk"):
        columns[repair.state].append(repair)
    return [(state, columns[state]) for state in OPEN_STATES]


def ended_for(user: User, text: str = "", state: str = "") -> QuerySet[Any]:
    """Return the repairs that ended, latest first."""
    rows: QuerySet[Any] = Repair.objects.visible_to(user).filter(closed_at__isnull=False)
    if state in (Repair.State.DONE, Repair.State.GIVEN_UP):
        rows = rows.filter(state=state)
    if text := printable(text):
        devices = Device.objects.filter(search(text)).values("pk")
        rows = rows.filter(Q(device__in=devices) | Q(diagnosis__icontains=text))
    return rows.select_related(*SHOWN).order_by("-closed_at", "-pk")


def advice_for(repair: Repair) -> tuple[Cost, rules.Worth]:
    """Return what a repair costs today, and whether it is worth it."""
    today = clock.today()
    terms = terms_on(today)
    cost = cost_of(repair, terms)
    return cost, worth_of(repair, cost, terms, today)
