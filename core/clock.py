"""The only place that asks what time it is.

Instants are aware datetimes; *service days* are plain dates in Europe/Paris, whatever
the time zone of the machine. Tests move this clock with time-machine.
"""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> dt.datetime:
    """Return the present instant, aware, in Europe/Paris."""
    return dt.datetime.now(tz=PARIS)


def today() -> dt.date:
    """Return the present service day: the date it is in Paris."""
    return now().date()


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """Return the instant that a Paris wall clock shows ``hour:minute`` on ``day``.

    In the hour that autumn repeats, the first one is meant; in the hour that spring
    skips, the instant just after the jump.
    """
    naive = dt.datetime.combine(day, dt.time(hour, minute), tzinfo=PARIS)
    return naive.astimezone(dt.UTC).astimezone(PARIS)


def service_day(instant: dt.datetime) -> dt.date:
    """Return the Paris date of an aware instant."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no service day")
    return instant.astimezone(PARIS).date()


def school_year_of(day: dt.date) -> int:
    """Return the calendar year in which the school year that holds ``day`` began.

    School years turn on 1 August here, so that summer already shows the coming one.
    """
    return day.year if day.month >= 8 else day.year - 1


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or the last of that month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
