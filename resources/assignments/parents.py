"""What children were given, as their parents read it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from core import clock
from core.accounts.models import User
from enrolment.schools.models import RollEntry
from families.models import Child
from resources.assignments import rules, targets
from resources.assignments.models import Assignment, AssignmentItem, Progress
from resources.catalogue.models import Resource


@dataclass(frozen=True)
class Given:
    """One thing given to a child: ``status`` is ``finished``, ``begun`` or ``waiting``."""

    row: Assignment
    resources: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class ChildList:
    """What one child was given, soonest first."""

    child: Child
    class_name: str
    lines: tuple[Given, ...]

    @property
    def left(self) -> int:
        """How much is not finished."""
        return sum(line.status != "finished" for line in self.lines)


def lists_for(user: User) -> list[ChildList]:
    """Return the lists of a person's children who are in a class, the eldest first.

    Each parent with authority sees the same, whatever the household. What was taken out of the
    catalogue since, which no child can open any more, is left out. A constant number of queries.
    """
    entries = list(
        RollEntry.objects.current()
        .filter(child__in=Child.objects.of_guardian(user).values("pk"), class_group__isnull=False)
        .select_related("child", "class_group")
        .order_by("child__birth_date", "child")
    )
    keys = [entry.child_id for entry in entries]
    today = clock.today()
    rows = list(
        Assignment.objects.given_to(keys)
        .filter(starts_on__lte=today, due_on__gte=today - dt.timedelta(days=rules.GRACE_DAYS))
        .filter(items__resource__in=Resource.objects.validated().values("pk"))
        .distinct()
        .prefetch_related(Prefetch("items", _open_items()))
        .order_by("due_on", "pk")
    )
    meant = {
        key: {entry.child_id for entry in found} for key, found in targets.pupils_of(rows).items()
    }
    done: dict[tuple[int, int], list[bool]] = defaultdict(list)
    for assignment, child, finished in Progress.objects.filter(
        item__in=_open_items().filter(assignment__in=[row.pk for row in rows]).values("pk"),
        child__in=keys,
    ).values_list("item__assignment", "child", "finished_at"):
        done[assignment, child].append(finished is not None)
    return [
        ChildList(
            entry.child,
            entry.class_group.name if entry.class_group else "",
            tuple(
                _given(row, done[row.pk, entry.child_id])
                for row in rows
                if entry.child_id in meant[row.pk]
            ),
        )
        for entry in entries
    ]


def _open_items() -> QuerySet[AssignmentItem]:
    """Return what is still in the catalogue of all that was given."""
    found = AssignmentItem.objects.filter(resource__in=Resource.objects.validated().values("pk"))
    return found.select_related("resource").order_by("position", "pk")


def _given(row: Assignment, steps: list[bool]) -> Given:
    items = list(row.items.all())
    finished = len(steps) >= len(items) and all(steps)
    status = "finished" if finished else "begun" if steps else "waiting"
    return Given(row, tuple(item.resource.title for item in items), status)
