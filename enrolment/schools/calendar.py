"""Days of school: Monday, Tuesday, Thursday and Friday of a school year, less closures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from enrolment.schools import rules
from enrolment.schools.models import SchoolYear
from enrolment.schools.rules import Period


@dataclass(frozen=True)
class SchoolCalendar:
    """The days of class of one or several school years, loaded in one query."""

    years: tuple[Period, ...]
    closures: tuple[Period, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, start: dt.date, end: dt.date) -> SchoolCalendar:
        """Load what decides for the days from ``start`` to ``end``, both included."""
        return cls._load(SchoolYear.objects.filter(starts_on__lte=end, ends_on__gte=start))

    @classmethod
    def for_year(cls, start_year: int) -> SchoolCalendar:
        """Load the school year that begins in a calendar year."""
        return cls._load(SchoolYear.objects.filter(start_year=start_year))

    @classmethod
    def _load(cls, years: QuerySet[SchoolYear]) -> SchoolCalendar:
        rows = list(
            years.order_by("start_year", "closures__starts_on").values_list(
                "starts_on",
                "ends_on",
                "closures__starts_on",
                "closures__ends_on",
                "closures__label",
            )
        )
        spans = dict.fromkeys(Period(first, last) for first, last, *_ in rows)
        closed = [(Period(a, b), label) for _, _, a, b, label in rows if a is not None]
        return cls(
            years=tuple(spans),
            closures=tuple(period for period, _ in closed),
            labels=tuple(label for _, label in closed),
        )

    def is_school_day(self, day: dt.date) -> bool:
        """Tell whether there is class on a service day."""
        return rules.is_school_day(day, self.years, self.closures)

    def school_days(self, start: dt.date, end: dt.date) -> list[dt.date]:
        """Return the days of class from ``start`` to ``end``, both included, in order."""
        span = (end - start).days + 1
        days = (start + dt.timedelta(n) for n in range(max(span, 0)))
        return [day for day in days if self.is_school_day(day)]

    def closure_label(self, day: dt.date) -> str:
        """Return the name of the holiday or closure on a day, or an empty text."""
        for period, label in zip(self.closures, self.labels, strict=True):
            if day in period:
                return label
        return ""

    def next_school_day(self, after: dt.date, within: int = 120) -> dt.date | None:
        """Return the first day of class later than ``after``, or None within so many days."""
        days = self.school_days(after + dt.timedelta(1), after + dt.timedelta(within))
        return days[0] if days else None


def is_school_day(day: dt.date) -> bool:
    """Tell whether there is class on a service day. One query."""
    return SchoolCalendar.of(day, day).is_school_day(day)


def school_days(start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the days of class from ``start`` to ``end``, both included. One query."""
    return SchoolCalendar.of(start, end).school_days(start, end)
