"""Groups of pupils that a teacher keeps: made, changed, removed, brought back."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import ClassGroup, RollEntry
from resources.assignments import seats
from resources.assignments.models import Assignment, AssignmentItem, PupilGroup, PupilGroupMember


def _taken() -> RuleBroken:
    return RuleBroken("name", _("Un groupe de la classe porte déjà ce nom."), "name")


@transaction.atomic
def save_group(
    *,
    by: Actor,
    class_group: ClassGroup,
    name: str,
    children: Collection[int],
    group: PupilGroup | None = None,
) -> PupilGroup:
    """Make a group of a class, or change its name and who is in it.

    Children who are not on the class's roll are left out. Raises RuleBroken ``name`` (another
    group has it), ``nobody``, or ``full`` when what is given to the group counts its accesses
    and there are not enough for newcomers.
    """
    present = set(
        RollEntry.objects.current()
        .filter(class_group=class_group, child__in=children)
        .values_list("child", flat=True)
    )
    if not present:
        raise RuleBroken("nobody", _("Choisissez au moins un élève de la classe."), "children")
    kept = _locked(group) if group is not None else PupilGroup(class_group=class_group)
    if kept.removed_at is not None:
        raise RuleBroken("removed", _("Ce groupe a été supprimé : remettez-le d’abord."))
    kept.name = name.strip()
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as twin:
        raise _taken() from twin
    known = set(kept.members.values_list("child", flat=True))
    kept.members.filter(child__in=known - present).delete()
    PupilGroupMember.objects.bulk_create(
        PupilGroupMember(group=kept, child_id=child) for child in sorted(present - known)
    )
    given = AssignmentItem.objects.filter(
        assignment__group=kept,
        assignment__state=Assignment.State.ACTIVE,
        assignment__due_on__gte=clock.today(),
    )
    seats.settle_class(class_group, given.values_list("resource", flat=True))
    journal.record(
        by, "pupil_group.save", kept, class_group=class_group.pk, children=sorted(present)
    )
    return kept


def _locked(group: PupilGroup) -> PupilGroup:
    found: PupilGroup = PupilGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    return found


@transaction.atomic
def remove_group(*, by: Actor, group: PupilGroup) -> PupilGroup:
    """Take a group off the class's list; it can be brought back.

    Raises RuleBroken ``used`` while something is still to be done by it.
    """
    kept = _locked(group)
    waiting = Assignment.objects.active().filter(group=kept, due_on__gte=clock.today())
    first = waiting.order_by("due_on", "pk").first()
    if first is not None:
        raise RuleBroken(
            "used",
            _("Ce groupe a encore du travail : « %(title)s ». Retirez-le ou donnez-le à d’autres.")
            % {"title": first.title},
        )
    if kept.removed_at is None:
        kept.removed_at = clock.now()
        kept.save(update_fields=["removed_at"])
        journal.record(by, "pupil_group.remove", kept, class_group=kept.class_group_id)
    return kept


@transaction.atomic
def bring_back_group(*, by: Actor, group: PupilGroup) -> PupilGroup:
    """Put a removed group back. Raises RuleBroken ``name`` if another took its name."""
    kept = _locked(group)
    if kept.removed_at is None:
        return kept
    kept.removed_at = None
    try:
        with transaction.atomic():
            kept.save(update_fields=["removed_at"])
    except IntegrityError as twin:
        raise _taken() from twin
    journal.record(by, "pupil_group.restore", kept, class_group=kept.class_group_id)
    return kept
