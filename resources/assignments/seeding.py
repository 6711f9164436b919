"""Demo data of what is given: last week's plan done, this week's begun, licences counted."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from core import clock
from core.accounts.models import User
from core.seeding import SeedContext
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import ClassGroup, RollEntry
from resources.assignments import rules, seats
from resources.assignments.models import (
    Assignment,
    AssignmentItem,
    AssignmentPupil,
    Progress,
    PupilGroup,
    PupilGroupMember,
)
from resources.catalogue.models import Resource
from resources.catalogue.rules import levels_open_to
from resources.curation.models import Collection
from resources.workspace.models import PupilAccount

#: Licences that are counted: accesses bought, who takes one. The first is all taken.
_COUNTED = ((2, "class"), (3, "class"), (30, "pupil"), (60, "pupil"), (5, "class"), (120, "pupil"))
_NOTES = (
    "Fais deux parties, puis raconte-moi ta préférée.",
    "Écoute jusqu’au bout, puis dessine ce que tu as compris.",
    "À deux : l’un lit, l’autre cherche.",
    "",
    "Prends ton cahier d’essais à côté de toi.",
    "",
)
_GROUPS = ("Les explorateurs", "Atelier du mardi")


@dataclass(frozen=True)
class _Plan:
    """What a class is given: days from the Monday of the week prepared, how far pupils are.

    What is ``running`` has begun by today, whichever day that is.
    """

    starts: int
    due: int
    target: str
    finished: float
    begun: float
    running: bool = False


#: Last week: all but done. What spans both weeks is there on any day. Then the week to come.
_WEEKS = (
    _Plan(-7, -3, "class", 0.85, 0.1),
    _Plan(-6, -4, "group", 0.7, 0.2),
    _Plan(-4, 1, "class", 0.3, 0.3, running=True),
    _Plan(-5, 3, "class", 0.1, 0.2, running=True),
    _Plan(0, 3, "class", 0.1, 0.1),
    _Plan(1, 4, "pupils", 0.0, 0.0),
    _Plan(3, 4, "group", 0.0, 0.0),
)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    rng = ctx.rng("assignments")
    counted = _count_licences(ctx, rng)
    end = ctx.today + dt.timedelta(days=21)
    calendar = SchoolCalendar.of(ctx.today - dt.timedelta(days=21), end)
    monday = rules.week_shown(ctx.today, calendar.is_school_day)
    lina_class = ctx.marks.get("lina_class")
    with_accounts = PupilAccount.objects.filter(state="active").values("class_group")
    groups = list(
        ClassGroup.objects.filter(pk__in=with_accounts)
        .prefetch_related("teachers")
        .order_by("school__uai", "name", "pk")
    )
    for group in ctx.track("Semaines de classe", groups, len(groups)):
        teacher = next(iter(group.teachers.all()), None)
        roll = list(
            RollEntry.objects.filter(class_group=group, left_on__isnull=True)
            .select_related("child")
            .order_by("child__given_name", "child__family_name", "pk")
        )
        if teacher is None or not roll:
            continue
        own = group == lina_class
        plans = _WEEKS if own else rng.sample(_WEEKS, 3)
        _seed_class(ctx, rng, _World(group, teacher, roll, monday, calendar), plans)
        if own:
            _seed_lina(ctx, group)
    _seed_full(ctx, groups, counted, lina_class, monday)


@dataclass(frozen=True)
class _World:
    """A class to write for."""

    group: ClassGroup
    teacher: User
    roll: Sequence[RollEntry]
    monday: dt.date
    calendar: SchoolCalendar


def _offered(levels: Sequence[str]) -> list[Resource]:
    """Return what a class of some levels may be given, in a fixed order."""
    found = Resource.objects.validated().filter(
        audience__in=["learner", "both"],
        personal_data_level__in=["none", "low"],
        licence_seats__isnull=True,
        open_to__isnull=True,
    )
    for level in levels:
        found = found.filter(levels__code__in=levels_open_to(level))
    return list(found.distinct().order_by("pk"))


def _count_licences(ctx: SeedContext, rng: random.Random) -> list[Resource]:
    """Say of some paid resources how many accesses were bought, until when."""
    paid = list(
        Resource.objects.validated(ctx.today)
        .filter(
            cost="paid",
            levels__code="CM1",
            audience__in=["learner", "both"],
            personal_data_level__in=["none", "low"],
        )
        .order_by("pk")
        .distinct()[: len(_COUNTED) + 1]
    )
    for row, (bought, unit) in zip(paid, _COUNTED, strict=False):
        row.licence_seats, row.licence_unit = bought, unit
        row.open_to = ctx.today + dt.timedelta(days=rng.choice((35, 180, 240)))
        row.open_from = None
    if paid:
        paid[0].open_to = ctx.today + dt.timedelta(days=220)
    if len(paid) > len(_COUNTED):
        ended = paid[-1]
        ended.licence_seats, ended.open_from = 25, None
        ended.open_to = ctx.today - dt.timedelta(days=9)
    fields = ["licence_seats", "licence_unit", "open_from", "open_to"]
    Resource.objects.bulk_update(paid, fields)
    return paid


def _seed_class(
    ctx: SeedContext, rng: random.Random, world: _World, plans: Sequence[_Plan]
) -> None:
    offered = _offered(sorted({entry.level for entry in world.roll}))
    if len(offered) < len(plans) + 2:
        return
    groups = _seed_groups(rng, world)
    chosen = rng.sample(offered, len(plans) + 2)
    accounts = set(
        PupilAccount.objects.filter(class_group=world.group, state="active").values_list(
            "child", flat=True
        )
    )
    shelf = _shelf(world, offered)
    for number, plan in enumerate(plans):
        resources = [chosen[number]]
        if shelf is not None and plan is _WEEKS[3]:
            resources = shelf[1]
        row, meant = _give(ctx, world, plan, resources, groups[number % len(groups)])
        if shelf is not None and plan is _WEEKS[3]:
            row.collection, row.title = shelf[0], shelf[0].title
            row.save(update_fields=["collection", "title"])
        who = [child for child in meant if child in accounts]
        if row.starts_on <= ctx.today:
            _seed_progress(ctx, rng, row, who, plan)


def _shelf(world: _World, offered: Sequence[Resource]) -> tuple[Collection, list[Resource]] | None:
    """Return a collection of the teacher's with two resources or more for the class, if any."""
    known = {row.pk: row for row in offered}
    for shelf in Collection.objects.alive().filter(owner=world.teacher).order_by("pk"):
        keys = shelf.items.order_by("position").values_list("resource", flat=True)
        fitting = [known[key] for key in keys if key in known]
        if len(fitting) > 1:
            return shelf, fitting[:3]
    return None


def _seed_groups(rng: random.Random, world: _World) -> list[PupilGroup]:
    made = []
    for name in _GROUPS:
        group = PupilGroup.objects.create(class_group=world.group, name=name)
        some = rng.sample(world.roll, min(5, len(world.roll)))
        PupilGroupMember.objects.bulk_create(
            PupilGroupMember(group=group, child_id=child)
            for child in sorted(entry.child_id for entry in some)
        )
        made.append(group)
    return made


def _give(
    ctx: SeedContext,
    world: _World,
    plan: _Plan,
    resources: Sequence[Resource],
    group: PupilGroup,
) -> tuple[Assignment, list[int]]:
    starts = world.monday + dt.timedelta(days=plan.starts)
    starts = min(starts, ctx.today) if plan.running else starts
    due = _day_of_class(world, world.monday + dt.timedelta(days=plan.due), starts)
    row = Assignment.objects.create(
        class_group=world.group,
        author=world.teacher,
        title=resources[0].title,
        target=plan.target,
        group=group if plan.target == "group" else None,
        starts_on=starts,
        due_on=due,
        note=_NOTES[abs(plan.starts) % len(_NOTES)],
        given_at=clock.at(min(starts, ctx.today), 8, 15),
    )
    AssignmentItem.objects.bulk_create(
        AssignmentItem(assignment=row, resource=resource, position=position)
        for position, resource in enumerate(resources)
    )
    meant = [entry.child_id for entry in world.roll]
    if plan.target == "pupils":
        meant = meant[:3]
        AssignmentPupil.objects.bulk_create(
            AssignmentPupil(assignment=row, child_id=child) for child in meant
        )
    elif plan.target == "group":
        meant = list(group.members.order_by("child").values_list("child", flat=True))
    return row, meant


def _day_of_class(world: _World, day: dt.date, starts: dt.date) -> dt.date:
    """Return the nearest day of class before, no earlier than the start; else the day itself."""
    before = (day - dt.timedelta(days=n) for n in range((day - starts).days + 1))
    return next((found for found in before if world.calendar.is_school_day(found)), day)


def _seed_progress(
    ctx: SeedContext, rng: random.Random, row: Assignment, children: Sequence[int], plan: _Plan
) -> None:
    last = min(row.due_on, ctx.today)
    made = []
    for item in row.items.order_by("position"):
        for child in children:
            draw = rng.random()
            if draw > plan.finished + plan.begun:
                continue
            days = rng.randint(0, (last - row.starts_on).days)
            opened = clock.at(row.starts_on + dt.timedelta(days=days), 9, rng.randint(0, 50))
            opened = min(opened, clock.at(ctx.today, 7))
            ended = opened + dt.timedelta(minutes=rng.randint(6, 25))
            made.append(
                Progress(
                    item=item,
                    child_id=child,
                    opened_at=opened,
                    finished_at=ended if draw <= plan.finished else None,
                )
            )
    Progress.objects.bulk_create(made)


def _seed_lina(ctx: SeedContext, group: ClassGroup) -> None:
    """Leave Lina one thing opened and one to begin, whatever the draw."""
    child = ctx.marks["lina"]
    running = AssignmentItem.objects.filter(
        assignment__class_group=group,
        assignment__target="class",
        assignment__starts_on__lte=ctx.today,
        assignment__due_on__gte=ctx.today,
    ).order_by("assignment__due_on", "pk")
    Progress.objects.filter(item__in=running, child=child).delete()
    first = running.first()
    if first is not None:
        opened = clock.at(first.assignment.starts_on, 9, 40)
        Progress.objects.create(item=first, child=child, opened_at=opened)


def _seed_full(
    ctx: SeedContext,
    groups: Sequence[ClassGroup],
    counted: Sequence[Resource],
    lina_class: ClassGroup | None,
    monday: dt.date,
) -> None:
    """Let other classes hold all the accesses of the first licence, and some of the others."""
    others = [group for group in groups if group != lina_class]
    for number, resource in enumerate(counted[: len(_COUNTED)]):
        bought, unit = _COUNTED[number]
        wanted = bought if number == 0 else 1
        opened = set(resource.levels.values_list("code", flat=True))
        fitting = [
            group
            for group in others
            if all(opened.intersection(levels_open_to(level)) for level in group.levels)
        ]
        for group in fitting[:wanted]:
            teacher = next(iter(group.teachers.all()), None)
            if teacher is None or (unit == "pupil" and group.roll.count() > bought):
                continue
            row = Assignment.objects.create(
                class_group=group,
                author=teacher,
                title=resource.title,
                target="class",
                starts_on=min(ctx.today, monday),
                due_on=monday + dt.timedelta(days=11),
                given_at=clock.at(ctx.today, 8, 5),
            )
            AssignmentItem.objects.create(assignment=row, resource=resource)
            seats.settle(resource, group)
