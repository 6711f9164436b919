"""Days that count for a promise: days of class, as the school calendar has them.

Beyond the school years that are known, Monday to Friday count: a deadline must not depend on
whether next year's calendar is typed in yet.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from functools import cached_property

from classrooms import rules
from enrolment.schools.calendar import SchoolCalendar

#: The farthest a deadline can lie from a report: a summer, and the longest promise.
_AHEAD = dt.timedelta(days=200)
_DAY = dt.timedelta(days=1)


class WorkingDays:
    """The days that count between two dates; one query. Call it with a day."""

    def __init__(self, start: dt.date, end: dt.date | None = None) -> None:
        self.start, self.end = start, (end or start) + _AHEAD
        self.calendar = SchoolCalendar.of(self.start, self.end)
        years = self.calendar.years
        self.first = min((year.first for year in years), default=None)
        self.last = max((year.last for year in years), default=None)

    def __call__(self, day: dt.date) -> bool:
        """Tell whether a day counts."""
        if self.first is None or self.last is None or not self.first <= day <= self.last:
            return day.weekday() < 5
        return self.calendar.is_school_day(day)

    @cached_property
    def _days(self) -> list[dt.date]:
        span = (self.end - self.start).days + 1
        return [day for day in (self.start + n * _DAY for n in range(span)) if self(day)]

    def between(self, start: dt.date, end: dt.date) -> int:
        """Count the days after ``start`` up to ``end``; none when it is not later."""
        return max(0, bisect_right(self._days, end) - bisect_right(self._days, start))

    def promises(self, reported_on: dt.date, priority: int, paused: int = 0) -> dict[str, dt.date]:
        """Return the two days promised for a fault, by the names of the incident's fields."""
        return {
            "answer_by": rules.answer_by(reported_on, priority, self),
            "settle_by": rules.settle_by(reported_on, priority, self, paused),
        }
