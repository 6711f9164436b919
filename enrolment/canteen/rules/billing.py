"""Which meals are due, and at which price.

Sources: a surcharge for meals without booking is lawful (CE 9/3/1998, Marignane); billing
booked meals of absent children, waiting days and the surcharge itself are local règlement,
hence dated terms. The tariff may never exceed the cost per user (R531-53 C. éduc.): the
surcharge is laid on the family's own price.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from core.money import percent_of
from enrolment.canteen.rules.calendar import ServiceCalendar
from enrolment.canteen.rules.cutoff import Terms


def is_due(state: str, excuse: str, terms: Terms, *, waits: bool = False) -> bool:
    """Tell whether a meal of the past is billed.

    A meal neither ticked nor cancelled counts like an absence: it was cooked. ``waits``
    says that an excused day of sickness is one of the first, which are billed all the same.
    """
    if state == "cancelled" or excuse == "no_service":
        return False
    if state == "served":
        return True
    if excuse == "sick" and not waits:
        return False
    return terms.bills_absences


def unit_price(base_cents: int, source: str, terms: Terms) -> int:
    """Return the price of one meal in cents: surcharged, rounded once, if not booked."""
    if source != "unbooked" or not terms.unbooked_surcharge_percent:
        return base_cents
    return base_cents + percent_of(base_cents, Decimal(terms.unbooked_surcharge_percent))


def waiting_days_of(
    sick: Iterable[dt.date], calendar: ServiceCalendar, waiting: int
) -> set[dt.date]:
    """Return those of a child's sick days that are billed: the first ones of each run.

    A run is unbroken in service days: a week-end or holidays in between do not start a
    new one.
    """
    billed: set[dt.date] = set()
    previous: dt.date | None = None
    rank = 0
    for day in sorted(sick):
        follows = previous is not None and calendar.before(day) == previous
        rank = rank + 1 if follows else 1
        if rank <= waiting:
            billed.add(day)
        previous = day
    return billed
