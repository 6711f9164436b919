"""The city's schools as the planner sees them, in four queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from classrooms.models import Device, Incident
from classrooms.planning.rules.planner import Need
from classrooms.queries.figures import PERSONAL
from classrooms.rules import add_months
from core import clock
from enrolment.schools.models import RollEntry, School

#: Fields of a need, in the order in which a snapshot keeps them.
FIELDS = (
    *("uai", "name", "kind", "priority", "pupils"),
    *("devices", "position", "age_days", "faults"),
)


def city_needs(today: dt.date) -> list[Need]:
    """Return every open school: pupils, devices for one pupil, index, ages, faults of a year.

    Devices lost or stolen serve nobody; those of unknown age do not count in the mean.
    """
    schools = School.objects.filter(is_open=True).order_by("uai")
    roll = RollEntry.objects.current(today).order_by().values_list("school")
    pupils: dict[int, int] = dict(roll.annotate(n=Count("pk")))
    devices: Counter[int] = Counter()
    ages: Counter[int] = Counter()
    dated: Counter[int] = Counter()
    placed = Device.objects.present().with_place().order_by()
    placed = placed.filter(place_school__isnull=False, model__category__family__in=PERSONAL)
    rows = placed.values_list("place_school", "purchased_on").annotate(n=Count("pk"))
    for school, bought, count in rows:
        devices[school] += count
        if bought is not None:
            dated[school] += count
            ages[school] += max(0, (today - bought).days) * count
    since = clock.at(add_months(today, -12), 0)
    reported = Incident.objects.filter(reported_at__gte=since, school__isnull=False).order_by()
    faults: dict[int, int] = dict(reported.values_list("school").annotate(n=Count("pk")))
    return [
        Need(
            uai,
            name,
            kind,
            priority,
            pupils.get(pk, 0),
            devices[pk],
            index,
            ages[pk] // dated[pk] if dated[pk] else None,
            faults.get(pk, 0),
        )
        for pk, uai, name, kind, priority, index in schools.values_list(
            "pk", "uai", "name", "kind", "priority", "position_index"
        )
    ]


def packed(needs: Sequence[Need]) -> list[list[Any]]:
    """Return needs as a snapshot keeps them."""
    return [[getattr(need, field) for field in FIELDS] for need in needs]


def unpacked(rows: Sequence[Sequence[Any]]) -> list[Need]:
    """Return the needs of a snapshot."""
    return [Need(*row) for row in rows]
