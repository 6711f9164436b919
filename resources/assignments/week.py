"""A teacher's week: its days of class, and what was given in it, as bars over the days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core import clock, pdf
from core.dates import date_format
from enrolment.schools.calendar import SchoolCalendar
from resources.assignments import following, rules
from resources.assignments.models import Assignment


@dataclass(frozen=True)
class Day:
    """A column of the week: ``closed`` says why there is no class, empty on Wednesdays."""

    date: dt.date
    school: bool
    closed: str
    today: bool


@dataclass(frozen=True)
class Bar:
    """What is to be done, from one column to another (1 to 5)."""

    row: Assignment
    counts: following.Counts
    first: int
    last: int


@dataclass(frozen=True)
class Week:
    """A week from its Monday."""

    monday: dt.date
    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    withdrawn: tuple[Assignment, ...]

    @property
    def name(self) -> str:
        """The week as it stands in addresses."""
        return rules.week_name(self.monday)

    @property
    def friday(self) -> dt.date:
        """Its last column."""
        return self.days[-1].date

    @property
    def before(self) -> str:
        """The week before, for a link."""
        return rules.week_name(self.monday - dt.timedelta(days=7))

    @property
    def after(self) -> str:
        """The week after, for a link."""
        return rules.week_name(self.monday + dt.timedelta(days=7))

    @property
    def has_school(self) -> bool:
        """Whether there is class at all."""
        return any(day.school for day in self.days)


def shown(asked: str) -> dt.date:
    """Return the Monday of the week asked for, of the one to prepare without a sensible one."""
    monday = rules.week_named(asked)
    if monday is not None:
        return monday
    today = clock.today()
    calendar = SchoolCalendar.of(today, today + dt.timedelta(days=7))
    return rules.week_shown(today, calendar.is_school_day)


def week_of(rows: QuerySet[Any], monday: dt.date) -> Week:
    """Return a week of what some classes were given. A constant number of queries."""
    days = rules.days_between(monday, monday + dt.timedelta(days=rules.WEEK_DAYS - 1))
    calendar = SchoolCalendar.of(days[0], days[-1])
    columns = tuple(
        Day(
            day,
            calendar.is_school_day(day),
            calendar.closure_label(day),
            day == clock.today(),
        )
        for day in days
    )
    found: Sequence[Assignment] = list(
        rows.during(monday, monday + dt.timedelta(days=6))  # type: ignore[attr-defined]
        .select_related("class_group__school", "group")
        .prefetch_related("items__resource__domains", "pupils__child")
        .order_by("class_group__name", "starts_on", "due_on", "pk")
    )
    active = [row for row in found if row.state == Assignment.State.ACTIVE]
    counts = following.counts_of(active)
    return Week(
        monday,
        columns,
        tuple(_bar(row, counts[row.pk], monday) for row in active),
        tuple(row for row in found if row.state == Assignment.State.WITHDRAWN),
    )


def _bar(row: Assignment, counts: following.Counts, monday: dt.date) -> Bar:
    first = min(max((row.starts_on - monday).days, 0), rules.WEEK_DAYS - 1)
    last = min((row.due_on - monday).days, rules.WEEK_DAYS - 1)
    return Bar(row, counts, first + 1, max(first, last) + 1)


def printed(
    week: Week, *, whose: str, several: bool, named: bool = True, language: str = "fr"
) -> bytes:
    """Return the week on paper: what to give, to whom (``named`` as in words), for when."""
    return pdf.render(
        "assignments/week.typ",
        {
            "whose": whose,
            "several": several,
            "period": [week.monday.isoformat(), week.friday.isoformat()],
            "days": [
                {
                    "name": date_format(day.date, "l j F"),
                    "school": day.school,
                    "closed": day.closed,
                }
                for day in week.days
            ],
            "rows": [
                {
                    "title": bar.row.title,
                    "resources": [item.resource.title for item in bar.row.items.all()],
                    "class": bar.row.class_group.name,
                    "target": target_words(bar.row, named=named),
                    "note": bar.row.note,
                    "first": bar.first,
                    "last": bar.last,
                    "due": date_format(bar.row.due_on, "l j F"),
                }
                for bar in week.bars
            ],
        },
        language=language,
    )


def target_words(row: Assignment, *, named: bool = True) -> str:
    """Say for whom something is: the class, the group's name, the given names.

    Unless ``named``, for who does not teach the class: a group or pupils, and not which.
    """
    if not named:
        return str(row.get_target_display())
    if row.group is not None:
        return str(row.group.name)
    if row.target == Assignment.Target.PUPILS:
        return ", ".join(sorted(chosen.child.given_name for chosen in row.pupils.all()))
    return str(Assignment.Target.CLASS.label)
