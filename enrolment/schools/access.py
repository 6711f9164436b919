"""Who sees which school, class and roll."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core import clock
from core.access import acts_as, reach_of
from core.accounts.roles import STAFF_ROLES, Role
from families.rules import care

if TYPE_CHECKING:
    from core.accounts.models import User
    from enrolment.schools.models import ClassGroup, RollEntry, School  # noqa: F401

#: Posts that see pupils by name, at the schools they reach. Technicians are not among them.
ROLL_READERS = (
    Role.HEAD_TEACHER,
    Role.ENROLMENT_AGENT,
    Role.CANTEEN_MANAGER,
    Role.ADMINISTRATOR,
)


class SchoolQuerySet(models.QuerySet["School"]):
    """Schools are public; ``within_reach`` narrows to those where a person has work."""

    def visible_to(self, user: User) -> SchoolQuerySet:
        """Open schools are public knowledge."""
        return self.filter(is_open=True)

    def within_reach(self, user: User, *roles: str) -> SchoolQuerySet:
        """Schools reached through these roles (any staff role unless told)."""
        return self.filter(reach_of(user, *(roles or STAFF_ROLES)).school_filter("uai"))


class ClassGroupQuerySet(models.QuerySet["ClassGroup"]):
    """Classes."""

    def visible_to(self, user: User) -> ClassGroupQuerySet:
        """Classes one teaches, and those of the schools one's posts reach."""
        reach = reach_of(user, *ROLL_READERS, Role.IT_TECHNICIAN, Role.IT_MANAGER)
        if reach.city:
            return self
        return self.filter(
            Q(pk__in=user.taught_classes.values("pk")) | Q(school__uai__in=reach.schools)
        )


class RollEntryQuerySet(models.QuerySet["RollEntry"]):
    """The roll."""

    def current(self, on: dt.date | None = None) -> RollEntryQuerySet:
        """Entries of children who attend on a day (today unless told)."""
        day = on or clock.today()
        return self.filter(
            Q(left_on__isnull=True) | Q(left_on__gt=day),
            school_year__start_year=clock.school_year_of(day),
        )

    def visible_to(self, user: User) -> RollEntryQuerySet:
        """Own children; one's classes for teachers; one's schools for roll readers."""
        from families.models import Child

        reach = reach_of(user, *ROLL_READERS)
        if reach.city:
            return self
        return self.filter(
            Q(school__uai__in=reach.schools)
            | Q(class_group__in=user.taught_classes.values("pk"))
            | Q(child__in=Child.objects.of_guardian(user).values("pk"))
        )


def child_reach(user: User) -> Q | None:
    """Children seen through the roll: one's classes and one's schools; registered in apps."""
    from enrolment.schools.models import RollEntry

    reach = reach_of(user, *ROLL_READERS)
    if reach.city:
        return Q()
    if not reach.schools and not acts_as(user, Role.TEACHER):
        return None
    entries = RollEntry.objects.current().filter(
        Q(school__uai__in=reach.schools) | Q(class_group__in=user.taught_classes.values("pk"))
    )
    return Q(pk__in=entries.values("child"))


def on_a_roll(child_id: int) -> bool:
    """Tell whether a school has ever admitted a child; registered in apps."""
    from enrolment.schools.models import RollEntry

    return RollEntry.objects.filter(child=child_id).exists()


def roll_reach(user: User, roles: tuple[str, ...]) -> Q | None:
    """Children reached at school through some roles and no other; registered in apps."""
    from enrolment.schools.models import RollEntry

    reach = reach_of(user, *(role for role in roles if role != Role.TEACHER))
    teaches = Role.TEACHER in roles and acts_as(user, Role.TEACHER)
    if not reach and not teaches:
        return None
    mine = reach.school_filter() if reach else Q(pk__in=[])
    if teaches:
        mine |= Q(class_group__in=user.taught_classes.values("pk"))
    return Q(pk__in=RollEntry.objects.current().filter(mine).values("child"))


def attending(child_ids: Iterable[int]) -> set[int]:
    """Return which of these children are on a roll today; registered in apps."""
    from enrolment.schools.models import RollEntry

    entries = RollEntry.objects.current().filter(child__in=list(child_ids))
    return set(entries.values_list("child", flat=True))


def end_of_stay(child_id: int) -> dt.date | None:
    """Return the first day after a child's stay in its school, if it attends one."""
    from enrolment.schools.models import RollEntry

    entry = (
        RollEntry.objects.current()
        .filter(child=child_id)
        .select_related("school", "school_year")
        .first()
    )
    if entry is None:
        return None
    return care.end_of_stay(entry.level, entry.school.levels, entry.school_year.start_year)
