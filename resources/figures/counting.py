"""Counting an opening: one more for the class and the school, and no name.

Who opens is asked only where they learn or teach; nothing here keeps it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Sum

from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.schools.models import RollEntry, School
from resources.catalogue.models import Resource
from resources.figures import rules
from resources.figures.models import CityUse, ClassUse, Reader, SchoolUse


@dataclass(frozen=True)
class Seat:
    """Where an opening is counted; ``class_group`` is None for who has several or none."""

    school: int
    class_group: int | None
    level: str
    reader: str


def seat_of(user: User) -> Seat | None:
    """Return where somebody's openings count, None for who is of no school."""
    if user.has_role(Role.PUPIL):
        roll = RollEntry.objects.current().filter(
            child__pupil_account__user=user, child__pupil_account__state="active"
        )
        found = roll.order_by("pk").values_list("school", "class_group", "level").first()
        return Seat(*found, Reader.PUPIL) if found else None
    if not user.has_role(Role.TEACHER, Role.HEAD_TEACHER):
        return None
    year = clock.school_year_of(clock.today())
    taught = user.taught_classes.filter(school_year__start_year=year).order_by("pk")
    classes = list(taught.values_list("school", "pk", "levels"))
    if len(classes) == 1:
        school, group, levels = classes[0]
        return Seat(school, group, levels[0] if len(levels) == 1 else "", Reader.TEACHER)
    schools = {school for school, _pk, _levels in classes}
    if not schools:
        reach = reach_of(user, Role.TEACHER, Role.HEAD_TEACHER).schools
        schools = set(
            School.objects.filter(uai__in=reach).order_by("pk").values_list("pk", flat=True)
        )
    return Seat(schools.pop(), None, "", Reader.TEACHER) if len(schools) == 1 else None


def _one_more(model: Any, **key: Any) -> None:
    """Add one to the row of this key, made if need be, however many do so at once."""
    rows = model.objects.filter(**key)
    if not rows.update(openings=F("openings") + 1):
        model.objects.bulk_create([model(**key)], ignore_conflicts=True)
        rows.update(openings=F("openings") + 1)


@transaction.atomic
def count_opening(user: User, resource: Resource) -> None:
    """Count one opening for the class, if any, and the school of whoever opens."""
    seat = seat_of(user)
    if seat is None:
        return
    month = rules.month_of(clock.today())
    shared: dict[str, Any] = {
        "month": month,
        "resource_id": resource.pk,
        "reader": str(seat.reader),
    }
    if seat.class_group is not None:
        _one_more(ClassUse, class_group_id=seat.class_group, **shared)
    _one_more(SchoolUse, school_id=seat.school, level=seat.level, **shared)


def roll_up(months: Iterable[dt.date] | None = None) -> int:
    """Add the schools' counts up for the city; return how many rows stand.

    Of the running month and the one before, unless told. Repeating it changes nothing, and
    two at once write the same: each row is replaced whole.
    """
    this = rules.month_of(clock.today())
    chosen = sorted(months) if months is not None else [clock.months_later(this, -1), this]
    written = 0
    for month in chosen:
        sums = (
            SchoolUse.objects.filter(month=month)
            .values("level", "resource_id", "reader")
            .annotate(total=Sum("openings"), places=Count("school", distinct=True))
            .order_by("level", "resource_id", "reader")
        )
        rows = [
            CityUse(
                month=month,
                level=row["level"],
                resource_id=row["resource_id"],
                reader=row["reader"],
                openings=row["total"],
                schools=row["places"],
            )
            for row in sums
        ]
        CityUse.objects.bulk_create(
            rows,
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["month", "level", "resource", "reader"],
            update_fields=["openings", "schools"],
        )
        written += len(rows)
    return written
