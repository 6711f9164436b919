"""When a resource may be given to pupils, and who takes one of its accesses. Pure functions.

The limits on what pupils open are those of the catalogue (``resources.catalogue.rules``); the
days are the city's own; see ``docs/rules/resources-assignments.md``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

#: A plan that lasts longer is several plans: nobody keeps a pupil waiting for two months.
MAX_DAYS = 62
#: Days during which what is late may still be done, where accesses are not counted.
GRACE_DAYS = 7
#: Days before its end from which a licence is said to be expiring.
EXPIRING_DAYS = 60
#: Monday to Friday, by ``date.weekday()``: the columns of a week.
WEEK_DAYS = 5


@dataclass(frozen=True)
class Offer:
    """What a resource allows: ``here`` tells whether it is open to the class's school."""

    validated: bool
    for_pupils: bool
    discreet: bool
    here: bool
    open_from: dt.date | None
    open_to: dt.date | None
    levels: frozenset[str]


def obstacle(
    offer: Offer,
    *,
    starts: dt.date,
    due: dt.date,
    levels: Iterable[str],
    opened_by: Callable[[str], Collection[str]],
) -> str:
    """Return why a resource can't be given, as a code; an empty text when it can.

    ``levels`` are those of the pupils it is meant for, ``opened_by`` tells which levels'
    resources a pupil of one finds.
    """
    if not offer.validated:
        return "withdrawn"
    if not offer.for_pupils:
        return "teachers"
    if not offer.discreet:
        return "personal"
    if not offer.here:
        return "elsewhere"
    if offer.open_to is not None and due > offer.open_to:
        return "ended"
    if offer.open_from is not None and starts < offer.open_from:
        return "not_yet"
    if any(offer.levels.isdisjoint(opened_by(level)) for level in levels):
        return "level"
    return ""


def wrong_dates(
    starts: dt.date, due: dt.date, *, today: dt.date, year_ends: dt.date, school_day: bool
) -> str:
    """Return what is wrong with the days of a plan, as a code.

    It may begin earlier in the running week, so that a week can be planned on its Tuesday;
    ``school_day`` tells whether there is class on the day it is due.
    """
    if due < starts:
        return "order"
    if due < today:
        return "past"
    if starts < monday_of(today):
        return "started"
    if due > year_ends:
        return "year"
    if (due - starts).days >= MAX_DAYS:
        return "long"
    return "" if school_day else "no_class"


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def week_name(monday: dt.date) -> str:
    """Write a week as it stands in an address: 2026-W47."""
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02d}"


def week_named(text: str) -> dt.date | None:
    """Return the Monday of a week written ``2026-W47``, None for anything else."""
    if not re.fullmatch(r"20[0-9]{2}-W[0-9]{2}", text, re.ASCII):
        return None
    try:
        return dt.date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
    except ValueError:
        return None


def week_shown(today: dt.date, is_school_day: Callable[[dt.date], bool]) -> dt.date:
    """Return the Monday of the running week, or of the next one once its last class is over."""
    monday = monday_of(today)
    rest = (today + dt.timedelta(days=n) for n in range(7 - today.weekday()))
    return monday if any(is_school_day(day) for day in rest) else monday + dt.timedelta(days=7)


def moved(
    starts: dt.date, due: dt.date, *, days: int, is_school_day: Callable[[dt.date], bool]
) -> tuple[dt.date, dt.date]:
    """Return the same days later, due on a day of class: the nearest before, else the next.

    Never due before it starts. Left where it falls when there is no class for three weeks.
    """
    first, last = starts + dt.timedelta(days=days), due + dt.timedelta(days=days)
    before = (last - dt.timedelta(days=n) for n in range((last - first).days + 1))
    after = (last + dt.timedelta(days=n) for n in range(1, 22))
    return first, next((day for day in (*before, *after) if is_school_day(day)), last)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from ``first`` to ``last``, both included."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def free_numbers(taken: Collection[int], bought: int, wanted: int) -> list[int]:
    """Return the lowest numbers still free, fewer than ``wanted`` when there are not enough.

    Holders of numbers beyond ``bought``, from when more were, count as well.
    """
    left = max(0, bought - len(taken))
    free = (number for number in range(1, bought + 1) if number not in taken)
    return [number for number, _n in zip(free, range(min(wanted, left)), strict=False)]


def last_open_day(due: dt.date, *, counted: bool) -> dt.date:
    """Return until when a pupil may still open what was due; counted accesses end with it."""
    return due if counted else due + dt.timedelta(days=GRACE_DAYS)


@dataclass(frozen=True)
class Licence:
    """Where a counted licence stands on a day."""

    bought: int
    taken: int
    ends_on: dt.date | None
    today: dt.date

    @property
    def left(self) -> int:
        """Accesses nobody holds; never less than none, though fewer may be bought later."""
        return max(0, self.bought - self.taken)

    @property
    def days_left(self) -> int | None:
        """Days until the last one, None without an end."""
        return None if self.ends_on is None else (self.ends_on - self.today).days

    @property
    def status(self) -> str:
        """What to know first: ``expired``, ``full``, ``expiring`` or ``fine``."""
        if self.days_left is not None and self.days_left < 0:
            return "expired"
        if self.left == 0:
            return "full"
        if self.days_left is not None and self.days_left <= EXPIRING_DAYS:
            return "expiring"
        return "fine"
