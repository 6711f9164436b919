"""One message a morning about what is late, one the day before about what was reserved."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from classrooms.lending.models import Reservation
from classrooms.models import HandOut
from classrooms.rules import MISSING
from core import outbox
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from enrolment.schools.calendar import SchoolCalendar, is_school_day

#: Lines of one message; the page has them all.
LINES = 25


def remind_overdue(day: dt.date) -> int:
    """Tell each technician, manager and holder what is late, in one message; return how many.

    On days of school only, and once a day whatever happens: a second run finds its key taken.
    """
    if not is_school_day(day):
        return 0
    late = list(
        HandOut.objects.late(day)
        .select_related("school", "cart", "class_group", "teacher")
        .annotate(
            left=Count(
                "items",
                filter=Q(items__returned_at__isnull=True) & ~Q(items__device__state__in=MISSING),
            )
        )
        .prefetch_related("class_group__teachers")
        .order_by("due_on", "pk")
    )
    told = 0
    for person, rows in _charges(late):
        told += _tell("fleet_overdue", person, rows, day)
    for person, rows in _held(late):
        told += _tell("fleet_overdue_yours", person, rows, day)
    return told


def _charges(late: list[HandOut]) -> Iterable[tuple[User, list[HandOut]]]:
    """Pair everybody in charge with what is late in their schools, or in the city."""
    posts = Post.objects.current().filter(
        Q(role=Role.IT_TECHNICIAN) | Q(role=Role.IT_MANAGER), user__is_active=True
    )
    reach: dict[User, set[str] | None] = {}
    for post in posts.select_related("user").order_by("user", "pk"):
        schools = reach.setdefault(post.user, set())
        if post.scope_kind != ScopeKind.SCHOOL:
            reach[post.user] = None
        elif schools is not None:
            schools.add(post.scope_ref)
    for person, mine in reach.items():
        rows = [row for row in late if mine is None or row.school.uai in mine]
        if rows:
            yield person, rows


def _held(late: list[HandOut]) -> Iterable[tuple[User, list[HandOut]]]:
    """Pair everybody who holds something, or whose class does, with what is late."""
    rows: dict[User, list[HandOut]] = defaultdict(list)
    for hand_out in late:
        holders = [hand_out.teacher] if hand_out.teacher else []
        if hand_out.class_group is not None:
            holders += list(hand_out.class_group.teachers.all())
        for person in dict.fromkeys(holders):
            if person.is_active:
                rows[person].append(hand_out)
    return rows.items()


def _tell(kind: str, person: User, rows: list[HandOut], day: dt.date) -> int:
    context: dict[str, Any] = {
        "rows": rows[:LINES],
        "count": len(rows),
        "more": max(0, len(rows) - LINES),
    }
    with transaction.atomic():
        outbox.queue(
            kind=kind, to=person, context=context, dedupe_key=f"{kind}:{person.pk}:{day:%Y-%m-%d}"
        )
    return 1


def remind_reservations(day: dt.date) -> int:
    """Tell teachers what they reserved for the next day of school; return how many are told."""
    following = SchoolCalendar.of(day, day + dt.timedelta(days=70)).next_school_day(day, within=70)
    if following is None:
        return 0
    mine: dict[User, list[Reservation]] = defaultdict(list)
    rows = Reservation.objects.filter(day=following, state=Reservation.State.BOOKED)
    for row in rows.select_related("teacher", "cart").order_by("first_hour", "pk"):
        if row.teacher.is_active:
            mine[row.teacher].append(row)
    for person, reservations in mine.items():
        with transaction.atomic():
            outbox.queue(
                kind="fleet_reservation_tomorrow",
                to=person,
                context={"day": following, "reservations": reservations},
                dedupe_key=f"reservation.tomorrow:{person.pk}:{following:%Y-%m-%d}",
            )
    return len(mine)
