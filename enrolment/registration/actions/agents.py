"""What agents do: take, check documents, ask for one more, decide."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration import queries
from enrolment.registration.messages import tell_family
from enrolment.registration.models import (
    OPEN,
    Application,
    Certificate,
    Proof,
    ProofKind,
    ProofRequest,
    State,
    Waiver,
)
from enrolment.registration.rules import may_refuse
from enrolment.schools.models import School
from enrolment.schools.rules import is_compulsory
from families.actions.objections import ensure_not_frozen, lock_child
from families.codes import new_code
from families.models import JointAct


def _open(application: Application) -> Application:
    """Lock an application that still awaits a decision; else RuleBroken ``state``."""
    found = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state not in OPEN:
        raise RuleBroken(
            "state",
            _("Un collègue a déjà traité ce dossier (%(state)s). Rechargez la page.")
            % {"state": found.get_state_display()},
        )
    return found


@transaction.atomic
def take(*, by: Actor, application: Application) -> Application:
    """Put an application in one's own name, from nobody or from a colleague."""
    found = _open(application)
    if found.assigned_to_id != (by.user.pk if by.user else None):
        before = found.assigned_to_id
        found.assigned_to = by.user
        found.save(update_fields=["assigned_to"])
        journal.record(by, "application.take", found, before=before)
    return found


@transaction.atomic
def release(*, by: Actor, application: Application) -> Application:
    """Give an application back to the queue."""
    found = _open(application)
    if found.assigned_to_id is not None:
        found.assigned_to = None
        found.save(update_fields=["assigned_to"])
        journal.record(by, "application.release", found)
    return found


@transaction.atomic
def check_proof(*, by: Actor, proof: Proof, result: str) -> Proof:
    """Note what one found in a document."""
    _open(proof.application)
    if result not in Proof.Check.values:
        raise RuleBroken("result", _("Choisissez un résultat."), "result")
    current = Proof.objects.select_for_update(of=("self",)).get(pk=proof.pk)
    if current.check_result != result:
        current.check_result = result
        current.save(update_fields=["check_result"])
        journal.record(by, "proof.check", current, result=result)
    return current


@transaction.atomic
def ask_proof(*, by: Actor, application: Application, kind: str, message: str) -> ProofRequest:
    """Ask the family for one more document; asked twice, the first request stands."""
    found = _open(application)
    if kind not in ProofKind.values:
        raise RuleBroken("kind", _("Choisissez le type de pièce."), "kind")
    request, made = ProofRequest.objects.get_or_create(
        application=found,
        kind=kind,
        answered_at=None,
        defaults={"message": message, "asked_by": by.user},
    )
    if made:
        journal.record(by, "proof.ask", request, application=found.pk, kind=kind)
        if found.state == State.SUBMITTED:
            states.move(found, State.INCOMPLETE, by=by, reason=kind)
        tell_family(found, "registration_proof_asked", key=str(request.pk), household_only=True)
    return request


@transaction.atomic
def decide_waiver(
    *, by: Actor, waiver: Waiver, granted: bool, ground: str = "", reasons: str = ""
) -> Waiver:
    """Grant or refuse another school; a refusal names its ground and explains itself.

    Refusing a waiver never refuses the registration: the catchment school remains. While a
    parent objects to another school, none can be granted (RuleBroken ``frozen``).
    """
    if granted:
        ensure_not_frozen(waiver.application.child_id, JointAct.WAIVER)
    application = _open(waiver.application)
    if not granted and ground not in Waiver.Ground.values:
        raise RuleBroken("ground", _("Un refus se motive : choisissez le motif."), "ground")
    if not granted and not reasons.strip():
        raise RuleBroken("reasons", _("Expliquez votre refus à la famille."), "reasons")
    if not granted and application.catchment_school_id is None:
        raise RuleBroken("no_sector", _("Aucune école de secteur : affectez d’abord l’enfant."))
    states.move(
        waiver,
        Waiver.GRANTED if granted else Waiver.REFUSED,
        by=by,
        reason=ground,
        ground="" if granted else ground,
        reasons="" if granted else reasons.strip(),
        decided_at=clock.now(),
        decided_by=by.user,
    )
    # That there was a waiver tells where a household lives, or does not.
    protected = application.household.is_protected
    tell_family(
        application, "registration_waiver_decided", key=str(waiver.pk), household_only=protected
    )
    return waiver


def decided_school(application: Application, chosen: School | None = None) -> School | None:
    """Return the school an acceptance would name.

    A granted waiver, else the catchment school, else the one the agent has chosen for an
    address without one.
    """
    waiver = Waiver.objects.filter(application=application).select_related("school").first()
    if waiver is not None and waiver.state == Waiver.GRANTED:
        return waiver.school
    return application.catchment_school or chosen


@transaction.atomic
def accept(*, by: Actor, application: Application, school: School | None = None) -> Certificate:
    """Issue the registration certificate (L131-5); accepted twice, the second is told so.

    Documents still missing don't stand in the way (D131-3-1). Raises RuleBroken
    ``waiver_pending``, ``no_school``, ``level``, ``state``; ``frozen`` while a parent
    objects to a change of school.
    """
    lock_child(application.child_id)
    found = _open(application)
    if Waiver.objects.filter(application=found, state=Waiver.PENDING).exists():
        raise RuleBroken("waiver_pending", _("Décidez d’abord de la dérogation."))
    place = decided_school(found, school)
    if place is None:
        raise RuleBroken("no_school", _("Choisissez l’école d’affectation."), "school")
    if found.level not in place.levels:
        raise RuleBroken("level", _("Cette école n’accueille pas ce niveau."), "school")
    if queries.changes_school(found, place):
        ensure_not_frozen(found.child_id, JointAct.CHANGE_OF_SCHOOL)
    states.move(
        found,
        State.ACCEPTED,
        by=by,
        school=place,
        decided_at=clock.now(),
        decided_by=by.user,
        assigned_to=by.user,
    )
    found.proof_requests.filter(answered_at__isnull=True).update(answered_at=clock.now())
    certificate = Certificate.objects.create(
        application=found,
        code=new_code(16),
        child_name=f"{found.child.given_name} {found.child.family_name}",
        birth_date=found.child.birth_date,
        school_name=place.name,
        school_year_name=str(found.school_year),
        level=found.level,
        issued_by=by.user,
    )
    journal.record(by, "certificate.issue", certificate, application=found.pk, school=place.uai)
    tell_family(found, "registration_accepted")
    return certificate


@transaction.atomic
def refuse(*, by: Actor, application: Application, ground: str) -> Application:
    """Refuse a registration on one of the few lawful grounds.

    Raises RuleBroken ``not_refusable`` for a child of compulsory school age who lives
    here: an unjustified refusal would be put right by the State (L131-5).
    """
    found = _open(application)
    if ground not in Application.Refusal.values:
        raise RuleBroken("ground", _("Un refus se motive : choisissez le motif."), "ground")
    year = found.school_year
    compulsory = year is not None and is_compulsory(found.child.birth_date, year.start_year)
    lawful = may_refuse(found.level or None, found.outcome, is_compulsory=compulsory)
    if ground != Application.Refusal.DUPLICATE and not lawful:
        raise RuleBroken(
            "not_refusable",
            _("L’inscription d’un enfant de la commune en âge scolaire ne peut pas être refusée."),
            "ground",
        )
    states.move(
        found,
        State.REFUSED,
        by=by,
        reason=ground,
        refusal=ground,
        decided_at=clock.now(),
        decided_by=by.user,
        assigned_to=by.user,
    )
    tell_family(found, "registration_refused")
    return found
