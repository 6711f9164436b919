"""Giving resources to pupils: give, change, withdraw, put back, copy a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import ClassGroup
from resources.assignments import checking, rules, seats, targets
from resources.assignments.checking import Days
from resources.assignments.models import (
    Assignment,
    AssignmentItem,
    AssignmentPupil,
    Seat,
)
from resources.assignments.targets import Target
from resources.catalogue.models import Resource
from resources.curation.models import Collection

#: A plan is read on one page by a child.
MAX_RESOURCES = 20


def _check(
    class_group: ClassGroup,
    resources: Sequence[Resource],
    target: Target,
    days: Days,
    known: Days | None = None,
) -> list[int]:
    """Raise RuleBroken unless all of it may be given; return the pupils' keys."""
    checking.check_days(days, class_group, known=known)
    if not resources:
        raise RuleBroken("nothing", _("Choisissez au moins une ressource."), "resources")
    if len(resources) > MAX_RESOURCES:
        raise RuleBroken(
            "many", _("C’est beaucoup à la fois : vingt ressources au plus."), "resources"
        )
    if target.group is not None and (
        target.group.class_group_id != class_group.pk or target.group.removed_at is not None
    ):
        raise RuleBroken("group", _("Ce groupe n’est plus dans la classe."), "target")
    pupils = targets.pupils_in(class_group, target)
    if not pupils:
        raise RuleBroken("nobody", _("Choisissez au moins un élève de la classe."), "target")
    checking.check_resources(resources, class_group, days, {entry.level for entry in pupils})
    return [entry.child_id for entry in pupils]


@transaction.atomic
def give(
    *,
    by: Actor,
    class_group: ClassGroup,
    resources: Sequence[Resource],
    target: Target,
    days: Days,
    note: str = "",
    title: str = "",
    collection: Collection | None = None,
    copied_from: Assignment | None = None,
) -> Assignment:
    """Give resources to pupils of a class, and take the accesses that are counted.

    Raises RuleBroken when a day, a resource or the pupils can't be, with the field at fault,
    and ``full`` when the accesses bought are all taken on some day.
    """
    if by.user is None:
        raise ValueError("what is given has an author")
    pupils = _check(class_group, resources, target, days)
    row = Assignment.objects.create(
        class_group=class_group,
        author=by.user,
        title=(title or resources[0].title)[:200],
        target=target.kind,
        group=target.group,
        starts_on=days.starts_on,
        due_on=days.due_on,
        note=note.strip(),
        collection=collection,
        copied_from=copied_from,
    )
    AssignmentItem.objects.bulk_create(
        AssignmentItem(assignment=row, resource=resource, position=position)
        for position, resource in enumerate(resources)
    )
    _choose(row, target, pupils)
    seats.settle_class(class_group, [resource.pk for resource in resources])
    journal.record(
        by,
        "assignment.give",
        row,
        class_group=class_group.pk,
        resources=[resource.pk for resource in resources],
        due_on=days.due_on.isoformat(),
    )
    return row


def _choose(row: Assignment, target: Target, pupils: Iterable[int]) -> None:
    """Write who was chosen by name, if anybody was."""
    wanted = set(pupils) if target.kind == Assignment.Target.PUPILS else set()
    known = set(row.pupils.values_list("child", flat=True))
    row.pupils.filter(child__in=known - wanted).delete()
    AssignmentPupil.objects.bulk_create(
        AssignmentPupil(assignment=row, child_id=child) for child in sorted(wanted - known)
    )


def _locked(assignment: Assignment) -> Assignment:
    found: Assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("class_group__school_year", "group")
        .get(pk=assignment.pk)
    )
    return found


def _resources(row: Assignment) -> list[Resource]:
    return [item.resource for item in row.items.select_related("resource")]


@transaction.atomic
def change(
    *, by: Actor, assignment: Assignment, target: Target, days: Days, note: str
) -> Assignment:
    """Change for whom, when and the instruction; what pupils did already stays.

    Raises RuleBroken as ``give`` does, and ``withdrawn`` for what is no longer given.
    """
    row = _locked(assignment)
    if row.state != Assignment.State.ACTIVE:
        raise RuleBroken("withdrawn", _("Ce travail a été retiré : remettez-le d’abord."))
    resources = _resources(row)
    pupils = _check(row.class_group, resources, target, days, Days(row.starts_on, row.due_on))
    row.target, row.group, row.note = target.kind, target.group, note.strip()
    row.starts_on, row.due_on = days.starts_on, days.due_on
    row.save(update_fields=["target", "group", "note", "starts_on", "due_on"])
    _choose(row, target, pupils)
    seats.settle_class(row.class_group, [resource.pk for resource in resources])
    journal.record(by, "assignment.change", row, due_on=days.due_on.isoformat())
    return row


@transaction.atomic
def withdraw(*, by: Actor, assignment: Assignment) -> Assignment:
    """Take back what was given: pupils no longer see it, its accesses are free at once."""
    row = states.move(assignment, Assignment.State.WITHDRAWN, by=by)
    seats.settle_class(row.class_group, row.items.values_list("resource", flat=True))
    return row


@transaction.atomic
def restore(*, by: Actor, assignment: Assignment) -> Assignment:
    """Give again what was taken back, as it was, if it still may be.

    Raises RuleBroken as ``give`` does, or ``copied`` where a copy took its place meanwhile.
    """
    row = _locked(assignment)
    days = Days(row.starts_on, row.due_on)
    resources = _resources(row)
    _check(row.class_group, resources, targets.target_of(row), days, known=days)
    try:
        with transaction.atomic():
            states.move(row, Assignment.State.ACTIVE, by=by)
    except IntegrityError as twin:
        raise RuleBroken(
            "copied", _("La même chose a été donnée de nouveau entre-temps.")
        ) from twin
    seats.settle_class(row.class_group, [resource.pk for resource in resources])
    return row


@dataclass
class Copied:
    """What became of each part of a week that was copied: given, there already, refused."""

    given: list[Assignment] = field(default_factory=list)
    known: list[Assignment] = field(default_factory=list)
    refused: list[tuple[Assignment, str]] = field(default_factory=list)


def week_plan(class_groups: Iterable[int], monday: dt.date) -> list[Assignment]:
    """Return what began in a week in some classes, to be copied."""
    return list(
        Assignment.objects.active()
        .filter(
            class_group__in=list(class_groups),
            starts_on__gte=monday,
            starts_on__lt=monday + dt.timedelta(days=7),
        )
        .select_related("class_group__school_year", "group", "collection")
        .prefetch_related("items__resource")
        .order_by("starts_on", "due_on", "pk")
    )


def copy_week(
    *, by: Actor, plan: Sequence[Assignment], weeks: int, dry_run: bool = False
) -> Copied:
    """Give again, so many weeks later, what is in ``plan``; on days of class.

    Each part on its own: one that can't be given leaves the others. Repeating it gives
    nothing twice. With ``dry_run`` nothing is kept: it says what would happen.
    """
    done = Copied()
    if not plan:
        return done
    first = min(row.starts_on for row in plan) + dt.timedelta(weeks=weeks)
    last = max(row.due_on for row in plan) + dt.timedelta(weeks=weeks, days=22)
    calendar = SchoolCalendar.of(first, last)
    with transaction.atomic():
        for row in plan:
            starts, due = rules.moved(
                row.starts_on, row.due_on, days=7 * weeks, is_school_day=calendar.is_school_day
            )
            if Assignment.objects.active().filter(copied_from=row, starts_on=starts).exists():
                done.known.append(row)
                continue
            try:
                with transaction.atomic():
                    done.given.append(_copy(by, row, Days(starts, due)))
            except RuleBroken as broken:
                done.refused.append((row, broken.message))
            except IntegrityError:
                done.known.append(row)
        if dry_run:
            transaction.set_rollback(True)
    return done


def _copy(by: Actor, row: Assignment, days: Days) -> Assignment:
    return give(
        by=by,
        class_group=row.class_group,
        resources=[item.resource for item in row.items.all()],
        target=targets.target_of(row),
        days=days,
        note=row.note,
        title=row.title,
        collection=row.collection,
        copied_from=row,
    )


def settle_all(*, by: Actor = SYSTEM) -> int:
    """Give back the accesses of pupils who left and take those of newcomers, class by class.

    Nightly; repeating it changes nothing. Where there are not enough the class keeps what it
    has. Returns how many rows changed.
    """
    today, changed = clock.today(), 0
    given = AssignmentItem.objects.filter(
        assignment__state=Assignment.State.ACTIVE,
        assignment__due_on__gte=today,
        resource__licence_seats__isnull=False,
    ).values_list("assignment__class_group", "resource")
    held = Seat.objects.filter(day__gte=today).values_list("class_group", "resource")
    pairs = sorted({*given.order_by(), *held.order_by()})
    for class_group, resource in pairs:
        try:
            changed += _settle_one(class_group, resource)
        except RuleBroken:
            continue
    return changed


@transaction.atomic
def _settle_one(class_group: int, resource: int) -> int:
    locked = Resource.objects.select_for_update(of=("self",), no_key=True).get(pk=resource)
    return seats.settle(locked, ClassGroup.objects.get(pk=class_group))
