"""How pupils did with what was given: counts for a head, pupil by pupil for the teacher.

Counts hold whoever the assignment is meant for today: who left the class is not counted.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.spreadsheets import Column, write_xlsx
from enrolment.schools.models import RollEntry
from families.models import Child
from resources.assignments import targets
from resources.assignments.models import Assignment, AssignmentItem, Progress
from resources.workspace.models import PupilAccount


@dataclass(frozen=True)
class Counts:
    """How many pupils it is meant for, have begun, have finished all of it."""

    pupils: int
    begun: int
    finished: int

    @property
    def waiting(self) -> int:
        """Who has not begun."""
        return self.pupils - self.begun


@dataclass(frozen=True)
class PupilLine:
    """One pupil: what was opened and finished, item by item in their order."""

    entry: RollEntry
    has_account: bool
    steps: tuple[Progress | None, ...]

    @property
    def child(self) -> Child:
        """The pupil."""
        child: Child = self.entry.child
        return child

    @property
    def opened(self) -> int:
        """How many resources were opened."""
        return sum(step is not None for step in self.steps)

    @property
    def done(self) -> int:
        """How many are finished."""
        return sum(step is not None and step.finished_at is not None for step in self.steps)

    @property
    def status(self) -> str:
        """``finished``, ``begun``, ``waiting``, or ``no_account`` for who can't open anything."""
        if self.steps and self.done == len(self.steps):
            return "finished"
        if self.opened:
            return "begun"
        return "waiting" if self.has_account else "no_account"

    @property
    def opened_at(self) -> dt.datetime | None:
        """When the first one was opened."""
        return min((step.opened_at for step in self.steps if step is not None), default=None)

    @property
    def finished_at(self) -> dt.datetime | None:
        """When the last one was finished, once all are."""
        if self.status != "finished":
            return None
        ends = (step.finished_at for step in self.steps if step and step.finished_at)
        return max(ends, default=None)


@dataclass
class _Done:
    opened: set[int] = field(default_factory=set)
    finished: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def counts_of(assignments: Sequence[Assignment]) -> dict[int, Counts]:
    """Return the counts of each, by its key. Five queries, whatever their number."""
    pupils = targets.pupils_of(assignments)
    items: dict[int, int] = defaultdict(int)
    keys = [row.pk for row in assignments]
    for key in AssignmentItem.objects.filter(assignment__in=keys).values_list(
        "assignment", flat=True
    ):
        items[key] += 1
    done: dict[int, _Done] = defaultdict(_Done)
    rows = Progress.objects.filter(item__assignment__in=keys)
    for key, child, finished in rows.values_list("item__assignment", "child", "finished_at"):
        done[key].opened.add(child)
        if finished is not None:
            done[key].finished[child] += 1

    def count(row: Assignment) -> Counts:
        here = {entry.child_id for entry in pupils[row.pk]}
        ended = (c for c, n in done[row.pk].finished.items() if n >= items[row.pk])
        return Counts(len(here), len(here & done[row.pk].opened), len(here.intersection(ended)))

    return {row.pk: count(row) for row in assignments}


def lines_of(assignment: Assignment) -> list[PupilLine]:
    """Return how each pupil did, by given name. Five queries, whatever their number."""
    entries = targets.pupils_of([assignment])[assignment.pk]
    items = list(assignment.items.values_list("pk", flat=True))
    found = {
        (row.child_id, row.item_id): row
        for row in Progress.objects.filter(item__in=items).order_by("pk")
    }
    accounts = set(
        PupilAccount.objects.filter(
            class_group=assignment.class_group_id, state=PupilAccount.State.ACTIVE
        ).values_list("child", flat=True)
    )
    return [
        PupilLine(
            entry,
            entry.child_id in accounts,
            tuple(found.get((entry.child_id, item)) for item in items),
        )
        for entry in entries
    ]


def status_label(status: str) -> str:
    """Return a pupil's state in words."""
    return {
        "finished": _("Terminé"),
        "begun": _("Commencé"),
        "waiting": _("Pas commencé"),
        "no_account": _("Pas de compte"),
    }[status]


STATUS_TONES = {
    "finished": "success",
    "begun": "info",
    "waiting": "warning",
    "no_account": "plain",
}


def follow_up_xlsx(assignment: Assignment) -> bytes:
    """Return the follow-up as a workbook: a row for each pupil and resource."""
    items = list(assignment.items.select_related("resource"))
    columns = [
        Column(_("Élève"), width=28),
        Column(_("Niveau"), width=9),
        Column(_("Ressource"), width=44),
        Column(_("État"), width=14),
        Column(_("Ouverte le"), "datetime"),
        Column(_("Terminée le"), "datetime"),
    ]

    def state(line: PupilLine, step: Progress | None) -> str:
        if step is None:
            return status_label("waiting" if line.has_account else "no_account")
        return status_label("finished" if step.finished_at else "begun")

    rows = (
        (
            line.child.full_name,
            line.entry.level,
            item.resource.title,
            state(line, step),
            step.opened_at if step else None,
            step.finished_at if step else None,
        )
        for line in lines_of(assignment)
        for item, step in zip(items, line.steps, strict=True)
    )
    return write_xlsx(_("Suivi"), columns, rows)
