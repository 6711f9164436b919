"""The roll: who enters a school, sits in which class, leaves."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import ClassGroup, RollEntry, School, SchoolYear
from families.actions.health import end_plans
from families.actions.objections import ensure_not_frozen, lock_child
from families.models import Child, JointAct


def seats_taken(group: ClassGroup) -> int:
    """Count the children in a class who have not left."""
    return RollEntry.objects.filter(class_group=group, left_on__isnull=True).count()


def _take_seat(group: ClassGroup, entry_level: str) -> ClassGroup:
    """Lock a class and check that it has the level and a free seat.

    Whoever fills a class holds this lock, so that two heads cannot take the last seat.
    """
    locked = ClassGroup.objects.select_for_update().get(pk=group.pk)
    if entry_level not in locked.levels:
        raise RuleBroken("level", _("Cette classe n’accueille pas ce niveau."), "class_group")
    if seats_taken(locked) >= locked.capacity:
        raise RuleBroken(
            "class_full", _("Cette classe est complète. Choisissez-en une autre."), "class_group"
        )
    return locked


@transaction.atomic
def enter_roll(
    *,
    by: Actor,
    child: Child,
    school: School,
    school_year: SchoolYear,
    level: str,
    class_group: ClassGroup | None = None,
) -> RollEntry:
    """Put a child on a school's roll for a year, with a seat in a class if one is given.

    Raises RuleBroken ``on_other_roll`` while another school has not let the child go
    (certificat de radiation), ``class_full``, ``level``.
    """
    if class_group is not None:
        if class_group.school_id != school.pk or class_group.school_year_id != school_year.pk:
            raise RuleBroken("other_class", _("Cette classe est d’une autre école."), "class_group")
        class_group = _take_seat(class_group, level)
    try:
        with transaction.atomic():
            entry = RollEntry.objects.create(
                child=child,
                school=school,
                school_year=school_year,
                level=level,
                class_group=class_group,
                admitted_on=clock.today(),
            )
    except IntegrityError as error:
        raise RuleBroken(
            "on_other_roll",
            _("Cet enfant est encore inscrit dans une école : elle doit d’abord le radier."),
        ) from error
    journal.record(by, "roll.enter", entry, child=child.pk, school=school.uai, level=level)
    return entry


@transaction.atomic
def place(*, by: Actor, entry: RollEntry, class_group: ClassGroup) -> RollEntry:
    """Put a child of the roll into a class of the same school; repeated, nothing changes."""
    current = RollEntry.objects.select_for_update().get(pk=entry.pk)
    if current.class_group_id == class_group.pk:
        return current
    if current.left_on is not None:
        raise RuleBroken("left", _("Cet enfant a quitté l’école."))
    if (class_group.school_id, class_group.school_year_id) != (
        current.school_id,
        current.school_year_id,
    ):
        raise RuleBroken("other_class", _("Cette classe est d’une autre école."), "class_group")
    before = current.class_group_id
    current.class_group = _take_seat(class_group, current.level)
    current.save(update_fields=["class_group"])
    journal.record(by, "roll.place", current, before=before, after=class_group.pk)
    return current


@transaction.atomic
def leave(*, by: Actor, entry: RollEntry, day: dt.date) -> RollEntry:
    """Strike a child off the roll; ``day`` is the first day they no longer attend.

    Raises RuleBroken ``frozen`` while a parent objects, ``before_admission``.
    """
    lock_child(entry.child_id)
    current = RollEntry.objects.select_for_update().get(pk=entry.pk)
    if current.left_on is not None:
        return current
    ensure_not_frozen(current.child_id, JointAct.DEREGISTRATION)
    if day < current.admitted_on:
        raise RuleBroken(
            "before_admission", _("La radiation ne peut pas précéder l’admission."), "day"
        )
    current.left_on = day
    current.save(update_fields=["left_on"])
    journal.record(by, "roll.leave", current, day=day.isoformat())
    end_plans(by=by, child=current.child_id, day=day)
    return current
