"""What pages and actions ask about applications: places, counts, timelines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.accounts.models import User
from core.dates import date_format
from enrolment.registration.models import (
    ACTIVE,
    Admission,
    Application,
    Departure,
    PaperRequest,
    ProofKind,
    State,
    Waiver,
)
from enrolment.registration.rules import REQUIRED_KINDS, Place, catchment, missing_kinds
from enrolment.schools.catchment import schools_for
from enrolment.schools.models import RollEntry, School, SchoolYear
from families.models import Child, Household, JointAct, Objection


def open_years() -> list[SchoolYear]:
    """Return the school years one may apply for: the current one and those to come."""
    return list(SchoolYear.objects.filter(ends_on__gte=clock.today()).order_by("start_year")[:2])


def place_of(household: Household, year: SchoolYear, level: str) -> Place:
    """Say which school an address leads to for a level in a year."""
    if household.street is None:
        return catchment([], outside=True)
    found = schools_for(household.street, household.number, year, level)
    return catchment([school.pk for school in found])


def schools_teaching(level: str) -> list[School]:
    """Return the open schools that teach a level, by name."""
    return [school for school in School.objects.filter(is_open=True) if level in school.levels]


def active_application(child: Child, year: SchoolYear) -> Application | None:
    """Return the application that counts for a child in a year, if any."""
    found: Application | None = Application.objects.filter(
        child=child, school_year=year, state__in=ACTIVE
    ).first()
    return found


def paper_of(application: Application) -> PaperRequest | None:
    """Return the paper an application was typed from, if it came on paper."""
    return PaperRequest.objects.filter(application=application).select_related("scan").first()


def missing_proofs(application: Application) -> list[str]:
    """Return the kinds of the three lawful proofs that are not there yet."""
    proofs = list(application.proofs.all())
    given = [p.kind for p in proofs if p.document_id and p.check_result not in _BAD]
    return missing_kinds(given, [p.kind for p in proofs if p.sworn_at])


_BAD = ("expired", "unreadable")


def proof_choices(application: Application) -> list[tuple[str, str]]:
    """Return the documents a family may add, the three lawful ones first."""
    kinds = [*REQUIRED_KINDS, ProofKind.VACCINATION, ProofKind.AUTHORITY]
    if Waiver.objects.filter(application=application).exists():
        kinds.append(ProofKind.MOTIVE)
    return [(kind, str(ProofKind(kind).label)) for kind in [*kinds, ProofKind.OTHER]]


@dataclass(frozen=True)
class Step:
    """One line of a timeline: what, when if it has happened, and how it stands.

    ``state`` is ``done``, ``current``, ``upcoming`` or ``refused``.
    """

    title: str
    text: str
    at: dt.datetime | None
    state: str


def timeline(application: Application, *, private: bool, place: bool = True) -> list[Step]:
    """Tell an application's story, past and to come, in the reader's language.

    ``private`` says that the reader may see what was written to the household that
    applied; the other parent reads the steps without those words. Without ``place``
    nothing is said of a waiver, which would tell about a protected address.
    """
    steps = [_sent(application)]
    for request in application.proof_requests.all():
        done = request.answered_at is not None
        steps.append(
            Step(
                _("Pièce demandée : %(kind)s") % {"kind": request.get_kind_display()},
                _("Reçue.") if done else request.message if private else "",
                request.answered_at or request.asked_at,
                "done" if done else "current",
            )
        )
    waiver = Waiver.objects.filter(application=application).select_related("school").first()
    if waiver is not None and place:
        steps.append(_waiver_step(application, waiver, private=private))
    steps += _decision(application)
    return steps


def _sent(application: Application) -> Step:
    if application.submitted_at is None:
        return Step(_("Demande à envoyer"), "", None, "current")
    return Step(_("Demande envoyée"), "", application.submitted_at, "done")


def _waiver_step(application: Application, waiver: Waiver, *, private: bool) -> Step:
    title = _("Dérogation pour %(school)s") % {"school": waiver.school.name}
    if waiver.state == Waiver.PENDING:
        over = not application.is_open
        return Step(title, "", None, "refused" if over else "current")
    if waiver.state == Waiver.GRANTED:
        return Step(title, _("Accordée."), waiver.decided_at, "done")
    text = _("Refusée : %(ground)s.") % {"ground": waiver.get_ground_display()}
    words = [text, waiver.reasons if private else ""]
    return Step(title, " ".join(filter(None, words)), waiver.decided_at, "refused")


def _decision(application: Application) -> list[Step]:
    state = application.state
    at = application.decided_at
    if state == State.WITHDRAWN:
        return [Step(_("Demande retirée"), "", at, "refused")]
    if state == State.REFUSED:
        return [Step(_("Demande refusée"), str(application.get_refusal_display()), at, "refused")]
    if state in (State.DRAFT, State.SUBMITTED, State.INCOMPLETE):
        text = ""
        if application.answer_due_on:
            day = date_format(application.answer_due_on, "j F Y")
            text = _("Réponse au plus tard le %(day)s.") % {"day": day}
        current = "current" if state == State.SUBMITTED else "upcoming"
        return [
            Step(_("Vérification par le service"), text, None, current),
            Step(_("Certificat d’inscription"), "", None, "upcoming"),
            Step(_("Admission à l’école"), "", None, "upcoming"),
        ]
    school = application.school.name if application.school else ""
    steps = [Step(_("Certificat d’inscription délivré"), school, at, "done")]
    if state == State.ACCEPTED:
        steps.append(
            Step(
                _("Admission à l’école"),
                _("Prenez rendez-vous avec la direction, avec les vaccinations de l’enfant."),
                None,
                "current",
            )
        )
    else:
        admission = application.admission
        text = ""
        if admission.provisional_until:
            day = date_format(admission.provisional_until, "j F Y")
            text = _("Admission provisoire : vaccinations à présenter avant le %(day)s.") % {
                "day": day
            }
        steps.append(Step(_("Admis à l’école"), text, admission.admitted_at, "done"))
    return steps


def changes_school(application: Application, school: School) -> bool:
    """Tell whether a place in ``school`` takes a child out of a school where it could stay.

    Going up to elementary school, or a first registration, is no change: no parent can
    freeze it.
    """
    year = application.school_year
    if year is None:
        return False
    entries = (
        RollEntry.objects.filter(
            child=application.child_id,
            left_on__isnull=True,
            school_year__start_year__in=[year.start_year, year.start_year - 1],
            school_year__ends_on__gte=clock.today(),
        )
        .exclude(school=school)
        .select_related("school", "school_year")
    )
    return any(
        entry.school_year_id == year.pk or application.level in entry.school.levels
        for entry in entries
    )


def too_late(child_id: int, act: str) -> str:
    """Say why an objection comes too late for what has just been decided; else nothing."""
    if act == JointAct.DEREGISTRATION:
        issued = Departure.objects.filter(child=child_id, state=Departure.ISSUED)
        if (
            issued.exists()
            and not RollEntry.objects.filter(
                child=child_id, left_on__isnull=True, school_year__ends_on__gte=clock.today()
            ).exists()
        ):
            return _("L’enfant est déjà radié de son école : le certificat a été délivré.")
        return ""
    accepted = Application.objects.filter(
        child=child_id, state=State.ACCEPTED, school_year__ends_on__gte=clock.today()
    ).select_related("school", "school_year")
    if act == JointAct.WAIVER:
        if accepted.filter(waiver__state=Waiver.GRANTED).exists():
            return _("La dérogation a déjà été accordée et le certificat délivré.")
        return ""
    if any(found.school and changes_school(found, found.school) for found in accepted):
        return _(
            "Le certificat d’inscription a déjà été délivré. Vous pouvez encore vous opposer à "
            "la radiation de l’école actuelle, sans laquelle l’enfant ne peut pas en changer."
        )
    return ""


def frozen_acts(application: Application) -> list[Objection]:
    """Return the open objections that stand in the way of accepting an application."""
    waiver = Waiver.objects.filter(application=application).first()
    wanted = [JointAct.CHANGE_OF_SCHOOL, JointAct.DEREGISTRATION]
    if waiver is not None:
        wanted.append(JointAct.WAIVER)
    return list(
        Objection.objects.open()
        .filter(child=application.child_id, act__in=wanted)
        .select_related("raised_by")
        .order_by("raised_at", "pk")
    )


def work_queue(base: QuerySet[Application]) -> QuerySet[Application]:
    """Order what agents see: oldest first, with what a list shows, in one query."""
    return base.select_related(
        "child",
        "school_year",
        "requested_school",
        "catchment_school",
        "school",
        "assigned_to",
        "waiver",
        "applicant",
    ).order_by("submitted_at", "pk")


def possible_duplicates(application: Application) -> list[Child]:
    """Return other children with the same birth date and family or given name.

    Two parents who each made a household may have declared the same child twice.
    """
    child = application.child
    return list(
        Child.objects.filter(birth_date=child.birth_date)
        .filter(Q(family_name__iexact=child.family_name) | Q(given_name__iexact=child.given_name))
        .exclude(pk=child.pk)
        .order_by("pk")[:5]
    )


def to_admit(user: User) -> QuerySet[Application]:
    """Return the certificates that await a head teacher, oldest first."""
    return (
        Application.objects.of_head(user)
        .filter(state=State.ACCEPTED)
        .select_related("child", "school", "school_year", "certificate")
        .order_by("decided_at", "pk")
    )


def provisional(user: User) -> QuerySet[Admission]:
    """Return the provisional admissions of a head teacher's schools, most pressing first."""
    return (
        Admission.objects.filter(
            application__in=Application.objects.of_head(user).values("pk"),
            provisional_until__isnull=False,
            roll_entry__left_on__isnull=True,
        )
        .select_related("application__child", "roll_entry__class_group", "application__school")
        .order_by("provisional_until", "pk")
    )


def children_on_roll(children: Sequence[Child]) -> set[int]:
    """Return which of these children attend a school today, or will from the coming year."""
    return set(
        RollEntry.objects.filter(
            child__in=[child.pk for child in children],
            left_on__isnull=True,
            school_year__ends_on__gte=clock.today(),
        ).values_list("child", flat=True)
    )
