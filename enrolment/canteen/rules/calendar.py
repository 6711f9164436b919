"""Service days: the days on which meals are served.

A service day is one of the weekdays voted by the council, within a school year, and
outside every closure (holidays, bank holidays, bridges). Wednesdays are left out unless
the council's rule in force that day includes them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

#: Monday, Tuesday, Thursday, Friday, as ISO weekday numbers (Code de l'éducation D521-10).
SCHOOL_WEEKDAYS = frozenset({1, 2, 4, 5})

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included."""

    first: dt.date
    last: dt.date
    label: str = ""

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Year:
    """A school year with its closures."""

    start_year: int
    days: Span
    closures: tuple[Span, ...] = ()

    def closure_on(self, day: dt.date) -> Span | None:
        """Return the closure that holds ``day``, if any."""
        return next((span for span in self.closures if day in span), None)


@dataclass
class ServiceCalendar:
    """Every service day of some school years, in order.

    ``weekdays_on`` gives the ISO weekdays served according to the rule in force on a day.
    """

    years: Sequence[Year]
    weekdays_on: Callable[[dt.date], frozenset[int]] = lambda _day: SCHOOL_WEEKDAYS
    _days: list[dt.date] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._days = sorted(day for year in self.years for day in self._served(year))

    def _served(self, year: Year) -> Iterable[dt.date]:
        closed: set[dt.date] = set()
        for span in year.closures:
            length = (span.last - span.first).days + 1
            closed.update(span.first + ONE_DAY * i for i in range(length))
        for i in range((year.days.last - year.days.first).days + 1):
            day = year.days.first + ONE_DAY * i
            if day.isoweekday() in self.weekdays_on(day) and day not in closed:
                yield day

    def year_of(self, day: dt.date) -> Year | None:
        """Return the school year that holds ``day``; None in between two."""
        return next((year for year in self.years if day in year.days), None)

    def is_served(self, day: dt.date) -> bool:
        """Tell whether meals are served on ``day``."""
        place = bisect_left(self._days, day)
        return place < len(self._days) and self._days[place] == day

    def between(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the service days from ``first`` to ``last``, both included."""
        return self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]

    def next_after(self, day: dt.date) -> dt.date | None:
        """Return the first service day later than ``day``; None past the known years."""
        place = bisect_right(self._days, day)
        return self._days[place] if place < len(self._days) else None

    def on_or_after(self, day: dt.date) -> dt.date | None:
        """Return ``day`` if it is served, else the next service day."""
        return self.next_after(day - ONE_DAY)

    def before(self, day: dt.date, count: int = 1) -> dt.date | None:
        """Return the ``count``-th service day earlier than ``day``; None before the first."""
        place = bisect_left(self._days, day) - count
        return self._days[place] if place >= 0 else None

    def last_before(self, day: dt.date, how_many: int) -> list[dt.date]:
        """Return up to ``how_many`` service days earlier than ``day``, in order."""
        place = bisect_left(self._days, day)
        return self._days[max(0, place - how_many) : place]

    def first_after(self, day: dt.date, how_many: int) -> list[dt.date]:
        """Return up to ``how_many`` service days later than ``day``, in order."""
        place = bisect_right(self._days, day)
        return self._days[place : place + how_many]

    def why_closed(self, day: dt.date) -> str:
        """Return the label of the closure on ``day``, or an empty string."""
        year = self.year_of(day)
        closure = year.closure_on(day) if year else None
        return closure.label if closure else ""
