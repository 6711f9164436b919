"""Promises kept: faults answered in time, and how long a class waits."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.deadlines import WorkingDays
from classrooms.models import DeviceModel, Incident
from core import clock
from core.accounts.models import User
from core.dates import date_format
from enrolment.schools.models import School

_DAY = dt.timedelta(days=1)


@dataclass
class Kept:
    """What was promised for some faults, and what came of it. Days are school days."""

    label: str
    count: int = 0
    answered: int = 0
    in_time: int = 0
    waits: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    @property
    def share(self) -> int | None:
        """Answered in time, in percent of those answered or overdue; None for none."""
        return rules.share(self.in_time, self.answered) if self.answered else None

    @property
    def wait(self) -> float | None:
        """Median days until the class worked again: replaced, or settled."""
        return round(statistics.median(self.waits), 1) if self.waits else None

    @property
    def end(self) -> float | None:
        """Median days until it was settled."""
        return round(statistics.median(self.ends), 1) if self.ends else None


@dataclass
class Promises:
    """The whole, and its parts; each part in a list of its own."""

    total: Kept
    months: list[Kept]
    schools: list[Kept]
    models: list[Kept]


def promises_kept(user: User, start: dt.date, end: dt.date, today: dt.date) -> Promises:
    """Return figures of the faults reported from ``start`` to ``end``; four queries."""
    rows = (
        Incident.objects.visible_to(user)
        .filter(reported_at__gte=clock.at(start, 0), reported_at__lt=clock.at(end + _DAY, 0))
        .order_by()
        .values_list(
            *("reported_at", "answered_at", "answer_by", "swapped_at", "closed_at"),
            *("school", "device__model"),
        )
    )
    days = WorkingDays(start, today)
    total = Kept("")
    months = {f"{day:%Y-%m}": Kept(date_format(day, "F Y")) for day in _months(start, end)}
    schools: dict[Any, Kept] = defaultdict(lambda: Kept(str(_("À l’atelier"))))
    models: dict[Any, Kept] = defaultdict(lambda: Kept(""))
    for reported, answered, answer_by, swapped, closed, school, model in rows:
        day = clock.service_day(reported)
        served = min(filter(None, (swapped, closed)), default=None)
        late = answered is None and answer_by < today
        for part in (total, months[f"{day:%Y-%m}"], schools[school], models[model]):
            part.count += 1
            part.answered += answered is not None or late
            part.in_time += answered is not None and clock.service_day(answered) <= answer_by
            if served is not None:
                part.waits.append(days.between(day, clock.service_day(served)))
            if closed is not None:
                part.ends.append(days.between(day, clock.service_day(closed)))
    _name(schools, School.objects.filter(pk__in=[pk for pk in schools if pk]))
    _name(models, DeviceModel.objects.filter(pk__in=models))
    return Promises(total, list(months.values()), _ranked(schools), _ranked(models))


def _months(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    """Yield the first day of each month from one day to another."""
    month = start.replace(day=1)
    while month <= end:
        yield month
        month = clock.months_later(month, 1)


def _name(parts: dict[Any, Kept], rows: Iterable[Any]) -> None:
    for row in rows:
        parts[row.pk].label = str(row)


def _ranked(parts: dict[Any, Kept]) -> list[Kept]:
    """Return parts with the most faults first."""
    return sorted(parts.values(), key=lambda part: (-part.count, part.label))
