"""What a head teacher does: admit on a certificate, follow up vaccinations."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration import queries
from enrolment.registration.messages import tell_family
from enrolment.registration.models import Admission, Application, State
from enrolment.registration.rules import provisional_until
from enrolment.schools.actions import roll
from enrolment.schools.models import ClassGroup
from families.actions.objections import ensure_not_frozen, lock_child
from families.models import JointAct


@transaction.atomic
def admit(
    *,
    by: Actor,
    application: Application,
    vaccination_seen: bool,
    class_group: ClassGroup | None = None,
) -> Admission:
    """Admit a child on a registration certificate, into a class if one is given.

    Without proof of vaccination the admission is provisional, for three months (Code de la
    santé publique R3111-8). Admitted twice, the first admission is returned. Raises
    RuleBroken ``state``, ``class_full``, ``on_other_roll``; ``frozen`` while a parent
    objects to a change of school.
    """
    lock_child(application.child_id)
    found = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    known = Admission.objects.filter(application=found).first()
    if known is not None:
        return known
    if found.state != State.ACCEPTED or found.school is None or found.school_year is None:
        raise RuleBroken("state", _("Ce certificat n’est plus valable. Rechargez la page."))
    if queries.changes_school(found, found.school):
        ensure_not_frozen(found.child_id, JointAct.CHANGE_OF_SCHOOL)
    entry = roll.enter_roll(
        by=by,
        child=found.child,
        school=found.school,
        school_year=found.school_year,
        level=found.level,
        class_group=class_group,
    )
    today = clock.today()
    admission = Admission.objects.create(
        application=found,
        roll_entry=entry,
        vaccination_seen_on=today if vaccination_seen else None,
        provisional_until=None if vaccination_seen else provisional_until(today),
        admitted_by=by.user,
    )
    states.move(found, State.ADMITTED, by=by)
    tell_family(found, "registration_admitted")
    return admission


@transaction.atomic
def vaccination_shown(*, by: Actor, admission: Admission) -> Admission:
    """Make a provisional admission final: the head has seen the vaccinations."""
    found = Admission.objects.select_for_update().get(pk=admission.pk)
    if found.vaccination_seen_on is None:
        found.vaccination_seen_on = clock.today()
        found.provisional_until = None
        found.save(update_fields=["vaccination_seen_on", "provisional_until"])
        journal.record(by, "admission.final", found, application=found.application_id)
    return found
