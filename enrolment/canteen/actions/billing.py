"""Turn a period's meals into charges. Registered with payments as the source ``canteen``.

Worked day by day: what is held in memory is one day of one city, and an interrupted run
leaves whole days behind. The source key names booking and payer, so repeating bills once.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from core import clock, money
from core.journal import Actor
from enrolment.canteen.models import Booking, Diet
from enrolment.canteen.queries import load_service
from enrolment.canteen.rules.billing import is_due, unit_price, waiting_days_of
from enrolment.canteen.rules.cutoff import Service, Terms
from families.queries import PayerTable, QuotientTable, payer_table, quotient_table
from payments.actions.charges import ChargeRow, record_charges, withdraw_charges
from payments.models import Charge
from payments.tariffs import PriceTable

MEAL = "canteen.meal"
PACKED_LUNCH = "canteen.packed_lunch"

#: What the invoice says. Stored as it is: an invoice keeps its words.
LABELS = {
    MEAL: "Repas de cantine",
    PACKED_LUNCH: "Accueil avec panier-repas",
    "unbooked": "Repas sans réservation",
}
#: How long before the period an illness may have begun.
_ILLNESS = dt.timedelta(days=30)

_Row = tuple[int, int, str, str, str, str]


@dataclass
class _Books:
    """Everything a period's prices rest on, loaded once."""

    payers: PayerTable
    quotients: QuotientTable
    prices: dict[str, PriceTable]
    sick_billed: set[tuple[int, dt.date]]


def collect(start: dt.date, end: dt.date, by: Actor) -> int:
    """Record the charges of every meal due from ``start`` to ``end``, both included.

    Only days gone by are looked at. Charges recorded earlier whose meal is no longer due
    are withdrawn, unless an invoice has taken them. Returns how many meals were looked at.
    """
    service = load_service()
    last = min(end, clock.today() - dt.timedelta(days=1))
    if last < start:
        return 0
    children = set(
        Booking.objects.filter(day__range=(start, last))
        .order_by()
        .values_list("child_id", flat=True)
        .distinct()
    )
    if not children:
        return 0
    payers = payer_table(children, start, last)
    books = _Books(
        payers=payers,
        quotients=quotient_table(set(payers.households.values()), start, last),
        prices={name: PriceTable(name, start, last) for name in (MEAL, PACKED_LUNCH)},
        sick_billed=_sick_days_billed(service, start, last),
    )
    seen = 0
    days = Booking.objects.filter(day__range=(start, last)).order_by("day")
    for day in days.values_list("day", flat=True).distinct():
        seen += _collect_day(day, service.table.on(day), books, by)
    return seen


def _sick_days_billed(service: Service, start: dt.date, end: dt.date) -> set[tuple[int, dt.date]]:
    """Return (child id, day) of the excused days that are waiting days."""
    sick: dict[int, list[dt.date]] = defaultdict(list)
    rows = Booking.objects.filter(
        excuse=Booking.Excuse.SICK, state=Booking.State.ABSENT, day__range=(start - _ILLNESS, end)
    ).values_list("child_id", "day")
    for child, day in rows:
        sick[child].append(day)
    return {
        (child, day)
        for child, days in sick.items()
        for day in waiting_days_of(days, service.calendar, service.table.on(end).waiting_days)
    }


def _collect_day(day: dt.date, terms: Terms, books: _Books, by: Actor) -> int:
    rows: list[_Row] = list(
        Booking.objects.expected()
        .filter(day=day)
        .order_by("pk")
        .values_list("pk", "child_id", "diet", "state", "source", "excuse")
    )
    known = set(
        Charge.objects.unbilled()
        .filter(service_day=day, service__in=(MEAL, PACKED_LUNCH))
        .values_list("source_key", flat=True)
    )
    charges = list(_charges(day, rows, terms, books))
    record_charges(charges, by=by)
    stale = known - {charge.source_key for charge in charges}
    if stale:
        withdraw_charges(sorted(stale), by=by)
    return len(rows)


def _charges(day: dt.date, rows: list[_Row], terms: Terms, books: _Books) -> Iterator[ChargeRow]:
    households = books.payers.households
    for booking, child, diet, state, source, excuse in rows:
        if not is_due(state, excuse, terms, waits=(child, day) in books.sick_billed):
            continue
        name = PACKED_LUNCH if diet == Diet.PACKED_LUNCH else MEAL
        label = LABELS["unbooked"] if source == Booking.Source.UNBOOKED else LABELS[name]
        payers: list[tuple[int | None, int]] = [*books.payers.on(child, day)] or [(None, 100)]
        shares = [percent for _, percent in payers]
        for place, (payer, percent) in enumerate(payers):
            household = households.get(payer) if payer is not None else None
            quotient = books.quotients.on(household, day) if household is not None else None
            price = books.prices[name].on(day, quotient)
            cents = unit_price(price.unit_price_cents, source, terms)
            shared = len(payers) > 1
            yield ChargeRow(
                source_key=f"{MEAL}:{booking}:g{payer or 0}",
                child_id=child,
                guardian_id=payer,
                service_day=day,
                service=name,
                label=f"{label}, part de {percent} %" if shared else label,
                unit_price_cents=money.split(cents, shares)[place] if shared else cents,
                tariff_band=price.band,
                family_quotient=quotient,
            )
