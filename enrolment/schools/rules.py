"""School rules as pure functions: level by age, catchment by number, days of school.

Sources: Code de l'éducation D113-1 (two-year-olds), L131-1 (compulsory from the
September of the year of turning three), L212-7 (catchment areas set by the council),
D521-10 (school week). See docs/rules/schools.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Levels by the age reached in the calendar year in which the school year starts.
LEVEL_BY_AGE = {
    2: "TPS",
    3: "PS",
    4: "MS",
    5: "GS",
    6: "CP",
    7: "CE1",
    8: "CE2",
    9: "CM1",
    10: "CM2",
}
#: Monday, Tuesday, Thursday, Friday: the four-day week, by ``date.weekday()``.
SCHOOL_WEEKDAYS = frozenset({0, 1, 3, 4})
#: School registers write 9999 for "to the end of the street".
OPEN_END = 9999


def level_for(birth_date: dt.date, start_year: int, begins: dt.date | None = None) -> str | None:
    """Return the level a child enters by age in the school year starting in ``start_year``.

    Start year less birth year: 3 is PS … 10 is CM2. A two-year-old is TPS only when two
    whole years old on the first day (``begins``, 1 September unless told). None: too
    young, or of an age for secondary school. It is a default: the head teacher may decide
    that a child skips or repeats.
    """
    age = start_year - birth_date.year
    if age == 2 and not two_years_old(birth_date, begins or dt.date(start_year, 9, 1)):
        return None
    return LEVEL_BY_AGE.get(age)


def two_years_old(birth_date: dt.date, day: dt.date) -> bool:
    """Tell whether two whole years have passed; someone born on 29 February turns on 1 March."""
    return (day.year - birth_date.year, day.month, day.day) >= (
        2,
        birth_date.month,
        birth_date.day,
    )


def is_compulsory(birth_date: dt.date, start_year: int) -> bool:
    """Tell whether school is compulsory: from the September of the year of turning three."""
    return 3 <= start_year - birth_date.year <= 16


class Segment(Protocol):
    """A stretch of street: what the council voted."""

    parity: str
    number_from: int | None
    number_to: int | None


def segment_matches(segment: Segment, number: int | None) -> bool:
    """Tell whether a house number lies in a segment; repetition indices follow their number.

    Both ends are included, a missing end is open. Without a number only a segment that
    takes the whole street matches.
    """
    lowest, highest = segment.number_from, segment.number_to
    if highest is not None and highest >= OPEN_END:
        highest = None
    if number is None:
        return segment.parity == "both" and (lowest or 1) <= 1 and highest is None
    if (lowest is not None and number < lowest) or (highest is not None and number > highest):
        return False
    return segment.parity == "both" or segment.parity == ("odd" if number % 2 else "even")


def segments_overlap(one: Segment, other: Segment) -> bool:
    """Tell whether two segments of the same street claim at least one common number."""
    low = max(one.number_from or 1, other.number_from or 1)
    high = min(one.number_to or OPEN_END, other.number_to or OPEN_END)
    parities = {one.parity, other.parity} - {"both"}
    if len(parities) == 2 or low > high:
        return False
    if not parities:
        return True
    wanted = 1 if parities == {"odd"} else 0
    return high > low or low % 2 == wanted


@dataclass(frozen=True)
class Period:
    """Days from first to last, both included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def is_school_day(day: dt.date, years: Sequence[Period], closures: Iterable[Period]) -> bool:
    """Tell whether there is class: a weekday of class, within a year, in no closure."""
    return (
        day.weekday() in SCHOOL_WEEKDAYS
        and any(day in year for year in years)
        and not any(day in closure for closure in closures)
    )
