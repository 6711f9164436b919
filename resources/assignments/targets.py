"""Whom what was given is meant for, among those on the class's roll today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from enrolment.schools.models import ClassGroup, RollEntry
from resources.assignments.models import (
    Assignment,
    AssignmentPupil,
    PupilGroup,
    PupilGroupMember,
)


@dataclass(frozen=True)
class Target:
    """The whole class, one of its groups, or pupils by the keys of their files."""

    kind: str = Assignment.Target.CLASS
    group: PupilGroup | None = None
    children: frozenset[int] = field(default_factory=frozenset)


def roll_of(class_groups: Iterable[int]) -> dict[int, list[RollEntry]]:
    """Return the pupils of some classes by given name. One query."""
    found: dict[int, list[RollEntry]] = defaultdict(list)
    entries = (
        RollEntry.objects.current()
        .filter(class_group__in=list(class_groups))
        .select_related("child")
        .order_by("child__given_name", "child__family_name", "pk")
    )
    for entry in entries:
        if entry.class_group_id is not None:
            found[entry.class_group_id].append(entry)
    return found


def pupils_in(class_group: ClassGroup, target: Target) -> list[RollEntry]:
    """Return the pupils that a target means, as the class stands today."""
    roll = roll_of([class_group.pk])[class_group.pk]
    if target.kind == Assignment.Target.CLASS:
        return roll
    wanted = set(target.children)
    if target.kind == Assignment.Target.GROUP and target.group is not None:
        wanted = set(
            PupilGroupMember.objects.filter(group=target.group).values_list("child", flat=True)
        )
    return [entry for entry in roll if entry.child_id in wanted]


def pupils_of(assignments: Sequence[Assignment]) -> dict[int, list[RollEntry]]:
    """Return the pupils each is meant for, by its key. Three queries, whatever their number."""
    roll = roll_of({row.class_group_id for row in assignments})
    members: dict[int, set[int]] = defaultdict(set)
    groups = {row.group_id for row in assignments if row.group_id is not None}
    for group, child in PupilGroupMember.objects.filter(group__in=groups).values_list(
        "group", "child"
    ):
        members[group].add(child)
    chosen: dict[int, set[int]] = defaultdict(set)
    named = [row.pk for row in assignments if row.target == Assignment.Target.PUPILS]
    for assignment, child in AssignmentPupil.objects.filter(assignment__in=named).values_list(
        "assignment", "child"
    ):
        chosen[assignment].add(child)

    def meant(row: Assignment) -> list[RollEntry]:
        entries = roll.get(row.class_group_id, [])
        if row.target == Assignment.Target.CLASS:
            return entries
        wanted = chosen[row.pk] if row.group_id is None else members[row.group_id]
        return [entry for entry in entries if entry.child_id in wanted]

    return {row.pk: meant(row) for row in assignments}


def target_of(assignment: Assignment) -> Target:
    """Return the target of what was given, to be checked or copied."""
    children = (
        frozenset(assignment.pupils.values_list("child", flat=True))
        if assignment.target == Assignment.Target.PUPILS
        else frozenset[int]()
    )
    return Target(assignment.target, assignment.group, children)
