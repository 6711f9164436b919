"""What a pupil does with what is given: opens it, finishes it, says so too early and undoes it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import RuleBroken
from resources.assignments import rules, seats
from resources.assignments.models import Assignment, AssignmentItem, Progress, Seat
from resources.catalogue import actions as catalogue
from resources.catalogue.models import Resource
from resources.workspace.models import PupilAccount


def _require_time(item: AssignmentItem) -> None:
    """Raise RuleBroken ``late`` once it may no longer be opened."""
    counted = item.resource.licence_seats is not None
    if clock.today() > rules.last_open_day(item.assignment.due_on, counted=counted):
        raise RuleBroken("late", _("C’est trop tard pour cette activité. Parles-en à l’école."))


def _require_seat(item: AssignmentItem, child_id: int) -> None:
    """Take an access for a pupil who came after the plan was made.

    Raises RuleBroken ``full`` when none is left today.
    """
    if item.resource.licence_seats is None:
        return
    today = clock.today()
    holder = child_id if item.resource.licence_unit == Resource.LicenceUnit.PUPIL else None
    held = Seat.objects.filter(
        resource=item.resource,
        day=today,
        class_group=item.assignment.class_group_id,
        child=holder,
    )
    if held.exists():
        return
    try:
        with transaction.atomic():
            seats.settle_class(item.assignment.class_group, [item.resource_id])
    except RuleBroken as full:
        raise RuleBroken(
            "full", _("Il n’y a plus de place aujourd’hui. Parles-en à l’école.")
        ) from full


@transaction.atomic
def open_item(*, account: PupilAccount, item: AssignmentItem) -> Progress:
    """Note that a pupil opened what was given to them; the first time is the one that stays.

    Two taps at once are one row: it is a constraint. The resource counts each opening.
    Raises RuleBroken ``late`` or ``full``.
    """
    _require_time(item)
    _require_seat(item, account.child_id)
    progress, _made = Progress.objects.get_or_create(item=item, child_id=account.child_id)
    catalogue.note_opened(
        resource=item.resource, audience=Resource.Audience.LEARNER, user=account.user
    )
    return progress


@transaction.atomic
def finish_item(*, account: PupilAccount, item: AssignmentItem, done: bool) -> Progress:
    """Note that a pupil finished, or not after all; repeating it changes nothing.

    Raises RuleBroken ``unopened`` for what was never opened, ``late`` for what is over, and
    ``kept`` for undoing another day's work: the teacher counts on it.
    """
    progress: Progress | None = (
        Progress.objects.select_for_update(of=("self",))
        .filter(item=item, child_id=account.child_id)
        .first()
    )
    if progress is None:
        raise RuleBroken("unopened", _("Ouvre d’abord l’activité."))
    if done == (progress.finished_at is not None):
        return progress
    if item.assignment.state != Assignment.State.ACTIVE:
        raise RuleBroken("withdrawn", _("Cette activité n’est plus à faire."))
    if done:
        _require_time(item)
        progress.finished_at = clock.now()
    else:
        finished = progress.finished_at
        if finished is not None and clock.service_day(finished) != clock.today():
            raise RuleBroken("kept", _("C’était fini un autre jour : c’est noté pour de bon."))
        progress.finished_at = None
    progress.save(update_fields=["finished_at"])
    return progress
