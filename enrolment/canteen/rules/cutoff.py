"""Until when a meal may be booked or cancelled.

Source: local règlement. The default is the one of Aix-en-Provence: two service days
before, at noon, that is Monday's meals by Thursday, Tuesday's by Friday, Thursday's by
Monday, Friday's by Tuesday. Values are dated configuration (``ServiceRule``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core import clock
from enrolment.canteen.rules.calendar import ONE_DAY, SCHOOL_WEEKDAYS, ServiceCalendar


@dataclass(frozen=True)
class Terms:
    """What the council voted, from ``valid_from`` on.

    ``service_days_before`` is counted in service days; ``hour`` and ``minute`` are a Paris
    wall clock. The first days of a school year have too few service days before them:
    their limit is ``year_start_days`` calendar days before the first one.
    """

    valid_from: dt.date
    service_days_before: int = 2
    hour: int = 12
    minute: int = 0
    year_start_days: int = 7
    weekdays: frozenset[int] = SCHOOL_WEEKDAYS
    bills_absences: bool = True
    unbooked_surcharge_percent: int = 0
    waiting_days: int = 0
    resolution: str = ""


@dataclass(frozen=True)
class TermsTable:
    """Terms by date, newest last; old days keep the terms they were served under."""

    rows: tuple[Terms, ...]

    def on(self, day: dt.date) -> Terms:
        """Return the terms in force on a service day.

        Days before the first row follow the first row. Raises LookupError if there is none.
        """
        if not self.rows:
            raise LookupError("no canteen terms are configured")
        found = self.rows[0]
        for row in self.rows:
            if row.valid_from <= day:
                found = row
        return found

    def weekdays_on(self, day: dt.date) -> frozenset[int]:
        """Return the ISO weekdays on which meals are served under the terms of ``day``."""
        return self.on(day).weekdays


def cutoff_for(day: dt.date, calendar: ServiceCalendar, terms: Terms) -> dt.datetime:
    """Return the last instant before which ``day``'s meal may still be changed.

    The limit itself is already too late: at noon sharp the order is being made.
    """
    limit = calendar.before(day, terms.service_days_before)
    year = calendar.year_of(day)
    if year is not None and (limit is None or limit < year.days.first):
        first = calendar.on_or_after(year.days.first) or day
        limit = min(first, day) - ONE_DAY * terms.year_start_days
    if limit is None:
        limit = day - ONE_DAY * terms.year_start_days
    return clock.at(limit, terms.hour, terms.minute)


def is_open(day: dt.date, instant: dt.datetime, calendar: ServiceCalendar, terms: Terms) -> bool:
    """Tell whether at ``instant`` a family may still change the meal of ``day``."""
    return calendar.is_served(day) and instant < cutoff_for(day, calendar, terms)


def first_open_day(
    instant: dt.datetime, calendar: ServiceCalendar, table: TermsTable
) -> dt.date | None:
    """Return the first service day that may still be changed at ``instant``."""
    day = calendar.on_or_after(clock.service_day(instant))
    while day is not None and not is_open(day, instant, calendar, table.on(day)):
        day = calendar.next_after(day)
    return day


@dataclass(frozen=True)
class Service:
    """The calendar and the dated terms together: what every page and act asks."""

    calendar: ServiceCalendar
    table: TermsTable

    def cutoff(self, day: dt.date) -> dt.datetime:
        """Return the instant from which ``day``'s meal can no longer be changed."""
        return cutoff_for(day, self.calendar, self.table.on(day))

    def is_open(self, day: dt.date, instant: dt.datetime) -> bool:
        """Tell whether at ``instant`` a family may still change the meal of ``day``."""
        return is_open(day, instant, self.calendar, self.table.on(day))

    def first_open_day(self, instant: dt.datetime) -> dt.date | None:
        """Return the first service day that may still be changed at ``instant``."""
        return first_open_day(instant, self.calendar, self.table)
