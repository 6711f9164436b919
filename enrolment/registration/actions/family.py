"""What a family does: begin, fill in page by page, send, answer, withdraw."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import clock, document_life, journal, states
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration import queries
from enrolment.registration.messages import tell_family
from enrolment.registration.models import (
    Application,
    Proof,
    ProofKind,
    State,
    Waiver,
)
from enrolment.registration.rules import SWORN_KINDS, answer_due
from enrolment.schools.models import GradeLevel, School, SchoolYear
from enrolment.schools.rules import level_for
from families.codes import new_reference
from families.models import Child, Guardian, Household

#: Documents one application may hold; more is a mistake or an attack.
MAX_PROOFS = 20


def _draft(application: Application) -> Application:
    """Lock a draft; raises RuleBroken ``state`` once it has been sent or withdrawn."""
    found = Application.objects.select_for_update().get(pk=application.pk)
    if found.state != State.DRAFT:
        raise RuleBroken("state", _("Cette demande est déjà envoyée : elle ne se modifie plus."))
    return found


@transaction.atomic
def start(*, by: Actor, guardian: Guardian, child: Child) -> Application:
    """Begin an application, or go on with the one this guardian has begun for the child."""
    Guardian.objects.select_for_update().get(pk=guardian.pk)
    known = Application.objects.filter(child=child, applicant=guardian, state=State.DRAFT).first()
    if known is not None:
        return known
    application = Application.objects.create(
        reference=new_reference("INS"),
        child=child,
        applicant=guardian,
        household_id=guardian.household_id,
    )
    journal.record(by, "application.start", application, child=child.pk)
    return application


@transaction.atomic
def choose_year(*, by: Actor, application: Application, school_year: SchoolYear) -> Application:
    """Choose the school year; the level follows from the year of birth.

    Raises RuleBroken ``already`` when an application for that year has been sent.
    """
    draft = _draft(application)
    active = queries.active_application(draft.child, school_year)
    if active is not None:
        raise RuleBroken(
            "already",
            _("Une demande est déjà en cours pour cet enfant et cette année."),
            "school_year",
        )
    level = level_for(draft.child.birth_date, school_year.start_year, school_year.starts_on) or ""
    if draft.school_year_id != school_year.pk or not draft.level:
        draft.level = level
        _forget_place(draft)
    draft.school_year = school_year
    draft.save()
    return draft


@transaction.atomic
def choose_level(*, by: Actor, application: Application, level: str) -> Application:
    """Keep the level by age, or the one next to it for a child who skips or repeats."""
    draft = _draft(application)
    if level not in level_choices(draft):
        raise RuleBroken("level", _("Choisissez un des niveaux proposés."), "level")
    if draft.level != level:
        draft.level = level
        _forget_place(draft)
        draft.save()
    return draft


def level_choices(application: Application) -> list[str]:
    """Return the levels one may ask for: by age, and one below and above; none out of age."""
    year = application.school_year
    if year is None:
        return []
    own = level_for(application.child.birth_date, year.start_year, year.starts_on)
    if own is None:
        return []
    order = list(GradeLevel.values)
    at = order.index(own)
    around = order[max(at - 1, 0) : at + 2]
    # Two-year-olds are admitted by age alone.
    return [level for level in around if level != GradeLevel.TPS or own == GradeLevel.TPS]


def _forget_place(draft: Application) -> None:
    draft.outcome = ""
    draft.catchment_school = draft.requested_school = None
    Waiver.objects.filter(application=draft).delete()


@transaction.atomic
def locate(*, by: Actor, application: Application) -> Application:
    """Find the catchment school from the household's present address."""
    draft = _draft(application)
    if draft.school_year is None or not draft.level:
        raise RuleBroken("level", _("Choisissez d’abord l’année et le niveau."))
    household = Household.objects.select_related("street").get(pk=draft.applicant.household_id)
    place = queries.place_of(household, draft.school_year, draft.level)
    before = draft.catchment_school_id
    draft.household = household
    draft.outcome, draft.catchment_school_id = place.outcome, place.school
    if place.school != before or not draft.requested_school_id:
        Waiver.objects.filter(application=draft).delete()
        draft.requested_school_id = place.school
    draft.save()
    return draft


@transaction.atomic
def choose_school(
    *,
    by: Actor,
    application: Application,
    school: School | None,
    motive: str = "",
    explanation: str = "",
) -> Application:
    """Ask for the catchment school, or for another one with a motive.

    Without a catchment school the choice is a wish and needs no motive: an agent settles it.
    """
    draft = _draft(application)
    if school is not None and (not school.is_open or draft.level not in school.levels):
        raise RuleBroken("school", _("Cette école n’accueille pas ce niveau."), "school")
    if (
        draft.catchment_school_id is None
        or school is None
        or school.pk == draft.catchment_school_id
    ):
        Waiver.objects.filter(application=draft).delete()
        draft.requested_school_id = school.pk if school else draft.catchment_school_id
    else:
        if motive not in Waiver.Motive.values:
            raise RuleBroken("motive", _("Dites pourquoi vous demandez une autre école."), "motive")
        Waiver.objects.update_or_create(
            application=draft,
            defaults={"school": school, "motive": motive, "explanation": explanation},
        )
        draft.requested_school = school
    draft.save()
    return draft


@transaction.atomic
def add_proof(*, by: Actor, application: Application, kind: str, document: Document) -> Proof:
    """Add a document while the application is a draft or awaits an answer.

    Answers an open request of that kind; when the last one is answered the application
    goes back to the agents.
    """
    found = _awaits_family(application)
    if found.proofs.count() >= MAX_PROOFS:
        raise RuleBroken("too_many", _("Ce dossier contient déjà beaucoup de pièces."), "file")
    if kind not in ProofKind.values:
        raise RuleBroken("kind", _("Choisissez le type de pièce."), "kind")
    proof: Proof = found.proofs.create(kind=kind, document=document, added_by=by.user)
    found.proofs.filter(kind=kind, sworn_at__isnull=False).delete()
    journal.record(by, "proof.add", proof, application=found.pk, kind=kind)
    _answer(by, found, kind)
    return proof


@transaction.atomic
def swear(*, by: Actor, application: Application, kind: str) -> Proof:
    """Let a signed statement stand in for a document (D131-3-1); repeated, the same one."""
    found = _awaits_family(application)
    if kind not in SWORN_KINDS:
        raise RuleBroken("kind", _("Cette pièce ne se remplace pas par une attestation."), "kind")
    proof, made = Proof.objects.get_or_create(
        application=found,
        kind=kind,
        document=None,
        defaults={"sworn_at": clock.now(), "added_by": by.user},
    )
    if made:
        journal.record(by, "proof.swear", proof, application=found.pk, kind=kind)
        _answer(by, found, kind)
    return proof


@transaction.atomic
def remove_proof(*, by: Actor, proof: Proof) -> None:
    """Take a document out of a draft; it stays among its owner's, to serve again."""
    _draft(proof.application)
    document = proof.document
    journal.record(by, "proof.remove", proof, application=proof.application_id, kind=proof.kind)
    proof.delete()
    if document is not None:
        document_life.release(document, by=by)


def _awaits_family(application: Application) -> Application:
    found = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state not in (State.DRAFT, State.SUBMITTED, State.INCOMPLETE):
        raise RuleBroken("state", _("Cette demande est close : elle ne reçoit plus de pièce."))
    return found


def _answer(by: Actor, application: Application, kind: str) -> None:
    requests = application.proof_requests.filter(answered_at__isnull=True)
    requests.filter(kind=kind).update(answered_at=clock.now())
    if application.state == State.INCOMPLETE and not requests.exists():
        states.move(application, State.SUBMITTED, by=by, reason="documents_received")


def problems(application: Application) -> list[tuple[str, str]]:
    """Return (step, sentence) for whatever keeps a draft from being sent.

    Missing documents are not among them: they never block registration.
    """
    found = []
    if application.school_year_id is None:
        found.append(("annee", _("Choisissez l’année scolaire.")))
    elif not application.level:
        found.append(("niveau", _("L’enfant n’a pas l’âge de ces écoles cette année-là.")))
    elif not application.outcome:
        found.append(("adresse", _("Confirmez votre adresse.")))
    elif application.outcome == Application.Outcome.FOUND and not application.requested_school_id:
        found.append(("ecole", _("Confirmez l’école.")))
    return found


def resume_at(application: Application) -> str:
    """Return the page of a draft where its family left it: the first with something to answer."""
    for step, _sentence in problems(application):
        return step
    return "pieces" if queries.missing_proofs(application) else "verifier"


@transaction.atomic
def submit(
    *, by: Actor, application: Application, received_on: dt.date | None = None
) -> Application:
    """Send a draft to the city; sent twice, the first time counts and nothing is repeated.

    ``received_on`` is the day a paper form arrived, which then counts as the day it was sent.

    Raises RuleBroken ``incomplete`` with what is to be filled in, ``already`` when another
    application for the child and year was sent meanwhile.
    """
    found = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state in (State.SUBMITTED, State.INCOMPLETE):
        return found
    for _step, sentence in problems(found):
        raise RuleBroken("incomplete", sentence)
    now = clock.now()
    if received_on is not None:
        now = min(now, clock.at(received_on, 12))
    household = Household.objects.select_related("street").get(pk=found.household_id)
    try:
        with transaction.atomic():
            states.move(
                found,
                State.SUBMITTED,
                by=by,
                submitted_at=now,
                answer_due_on=answer_due(clock.service_day(now)),
                address=", ".join(household.address_lines)[:300],
            )
    except IntegrityError as error:
        raise RuleBroken(
            "already", _("Une demande est déjà en cours pour cet enfant et cette année.")
        ) from error
    tell_family(found, "registration_submitted")
    return found


@transaction.atomic
def withdraw(*, by: Actor, application: Application) -> Application:
    """Take an application back; a draft is thrown away with its documents' links."""
    found = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state == State.WITHDRAWN:
        return found
    sent = found.state != State.DRAFT
    states.move(found, State.WITHDRAWN, by=by, decided_at=clock.now(), decided_by=by.user)
    certificate = getattr(found, "certificate", None)
    if certificate is not None:
        certificate.revoked_at = clock.now()
        certificate.save(update_fields=["revoked_at"])
    if sent:
        tell_family(found, "registration_withdrawn")
    return found
