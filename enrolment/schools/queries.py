"""What pages ask about schools: directory, classes with their seats, rolls."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When

from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from enrolment.schools.models import ClassGroup, RollEntry, School, SchoolYear
from enrolment.schools.rules import LEVEL_BY_AGE
from families.rules import fold
from families.streets import find_streets


def current_year() -> SchoolYear | None:
    """Return the school year in which today lies; in summer the coming one."""
    return SchoolYear.objects.filter(start_year=clock.school_year_of(clock.today())).first()


def search_schools(schools: QuerySet[School], text: str) -> QuerySet[School]:
    """Keep schools whose name, district or street holds every word typed."""
    words = fold(text).split()
    if not words:
        return schools
    # Names keep their accents in the table: compare folded, a few hundred rows at most.
    named = [
        pk
        for pk, *texts in schools.values_list("pk", "name", "district", "street__name", "postcode")
        if all(word in fold(" ".join(filter(None, texts))) for word in words)
    ]
    if not named:
        streets = find_streets(text, limit=3)
        return schools.filter(street__in=streets)
    return schools.filter(pk__in=named)


def classes_with_seats(school: School, year: SchoolYear) -> list[Any]:
    """Return a school's classes with ``taken``: how many children sit in each, in one query."""
    rows = ClassGroup.objects.filter(school=school, school_year=year).annotate(
        taken=Count("roll", filter=Q(roll__left_on__isnull=True))
    )
    return list(rows.order_by(_youngest_first("levels__0"), "name", "pk"))


def head_schools(user: User) -> QuerySet[School]:
    """Return the schools a person runs as head teacher."""
    reach = reach_of(user, Role.HEAD_TEACHER)
    if not reach:
        return School.objects.none()
    return School.objects.filter(reach.school_filter("uai"), is_open=True).order_by("name", "pk")


def roll_of(school: School, year: SchoolYear) -> QuerySet[RollEntry]:
    """Return the children on a school's roll in a year: those to place, then class by class."""
    return (
        RollEntry.objects.filter(school=school, school_year=year, left_on__isnull=True)
        .select_related("child", "class_group")
        .order_by(
            _youngest_first("class_group__levels__0"),
            "class_group__name",
            "child__family_name",
            "child__given_name",
            "pk",
        )
    )


def _youngest_first(first_level: str) -> Case:
    """Return an order of classes from TPS to CM2; no class at all comes before."""
    ranks = (
        When(**{first_level: code}, then=Value(rank))
        for rank, code in enumerate(LEVEL_BY_AGE.values(), start=1)
    )
    return Case(*ranks, default=Value(0))
