"""What a pupil has to do: cards big enough for who can't read, and what is done already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core import clock
from core.accounts.models import User
from enrolment.schools.calendar import SchoolCalendar
from resources.assignments import rules
from resources.assignments.models import Assignment, AssignmentItem, Progress
from resources.catalogue.models import Resource
from resources.catalogue.pictures import drawings_of
from resources.catalogue.templatetags.catalogue import theme_of
from resources.workspace.models import PupilAccount


@dataclass(frozen=True)
class Todo:
    """One resource to open. ``when`` is ``today``, ``tomorrow``, ``late`` or ``later``."""

    item: AssignmentItem
    progress: Progress | None
    when: str
    may_undo: bool
    drawing: str = ""

    @property
    def theme(self) -> str:
        """The theme of the resource, for the ground of its picture."""
        return _theme(self.item)

    @property
    def said(self) -> str:
        """What is read aloud to who can't read it yet."""
        return ". ".join(filter(None, [self.item.resource.title, self.item.assignment.note]))

    @property
    def opened(self) -> bool:
        """Whether it was opened once."""
        return self.progress is not None

    @property
    def finished(self) -> bool:
        """Whether the pupil said it is done."""
        return self.progress is not None and self.progress.finished_at is not None


def todo_of(user: User) -> list[Todo]:
    """Return what a pupil has to do, soonest first, then what is done. Constant queries."""
    today = clock.today()
    items = list(
        AssignmentItem.objects.filter(
            assignment__in=Assignment.objects.for_pupil(user)
            .filter(due_on__gte=today - dt.timedelta(days=rules.GRACE_DAYS))
            .values("pk"),
            resource__in=Resource.objects.visible_to(user).values("pk"),
        )
        .select_related("assignment", "resource__document_type")
        .prefetch_related("resource__domains")
        .order_by("assignment__due_on", "assignment", "position", "pk")
    )
    child = PupilAccount.objects.filter(user=user).values("child")
    progress = {
        row.item_id: row
        for row in Progress.objects.filter(
            item__in=[item.pk for item in items], child__in=child
        ).order_by("pk")
    }
    calendar = SchoolCalendar.of(today, today + dt.timedelta(days=120))
    following = calendar.next_school_day(today) if items else None
    drawings = _drawings(items)
    found = [
        _todo(item, progress.get(item.pk), today, following, drawings[item.pk]) for item in items
    ]
    return sorted(
        (line for line in found if line is not None),
        key=lambda line: (line.finished, line.item.assignment.due_on),
    )


def _theme(item: AssignmentItem) -> str:
    first = next(iter(item.resource.domains.all()), None)
    return theme_of(first.code if first else "")


def _drawings(items: list[AssignmentItem]) -> dict[int, str]:
    """Return a drawing for each, another for each as far as they go.

    By their keys, not by what is done: a child knows a card by its picture, from day to day.
    """
    taken: dict[int, str] = {}
    for item in sorted(items, key=lambda found: found.pk):
        fitting = [*drawings_of(item.resource), _theme(item)]
        known = taken.values()
        taken[item.pk] = next((name for name in fitting if name not in known), fitting[0])
    return taken


def _todo(
    item: AssignmentItem,
    progress: Progress | None,
    today: dt.date,
    following: dt.date | None,
    drawing: str,
) -> Todo | None:
    """Return one card, or None for what is over."""
    due = item.assignment.due_on
    finished = progress.finished_at if progress is not None else None
    counted = item.resource.licence_seats is not None
    late = due < today
    if late and (finished is not None or today > rules.last_open_day(due, counted=counted)):
        return None
    when = "late" if late else "today" if due == today else "later"
    if when == "later" and due == following:
        when = "tomorrow"
    may_undo = finished is not None and clock.service_day(finished) == today
    return Todo(item, progress, when, may_undo, drawing)
