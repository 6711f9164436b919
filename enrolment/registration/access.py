"""Who sees which application. Parents with authority see the same; addresses stay apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core.access import reach_of
from core.accounts.roles import Role
from core.acting import Scope, reaches
from families.models import Child

if TYPE_CHECKING:
    from core.accounts.models import User
    from enrolment.registration.models import (  # noqa: F401
        Admission,
        Application,
        Certificate,
        Departure,
        Waiver,
    )

#: Agents who see and decide every application of the city.
AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)
#: States in which a school knows of an application made for it.
SCHOOL_STATES = ("accepted", "admitted")


def _own(user: User) -> Q:
    """Return the condition on applications a parent may act on, rulings heeded."""
    written = Q(applicant__user=user) & ~Q(child__in=Child.objects.closed_to(user).values("pk"))
    return written | (~Q(state="draft") & Q(child__in=Child.objects.of_guardian(user).values("pk")))


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Applications by what a person may see and do."""

    def visible_to(self, user: User) -> ApplicationQuerySet:
        """All that were sent for agents; one's school's for heads; one's children's for parents.

        A draft belongs to the person who is writing it, and to nobody else.
        """
        sent = ~Q(state="draft")
        if not reaches(user, Scope.APPLICATIONS):
            return self.none()
        if reach_of(user, *AGENTS).city:
            return self.filter(sent)
        mine = _own(user)
        heads = reach_of(user, Role.HEAD_TEACHER)
        if heads:
            mine |= Q(state__in=SCHOOL_STATES) & heads.school_filter()
        return self.filter(mine)

    def of_guardian(self, user: User) -> ApplicationQuerySet:
        """Those a parent may act on: own drafts, and what was sent for own children."""
        if not reaches(user, Scope.APPLICATIONS):
            return self.none()
        return self.filter(_own(user))

    def decided_by_agents(self, user: User) -> ApplicationQuerySet:
        """Those that this agent may decide: every one that was sent, or none."""
        if not reach_of(user, *AGENTS).city:
            return self.none()
        return self.exclude(state="draft")

    def of_head(self, user: User) -> ApplicationQuerySet:
        """Those whose certificate names a school this head teacher runs."""
        reach = reach_of(user, Role.HEAD_TEACHER)
        if not reach:
            return self.none()
        return self.filter(reach.school_filter(), state__in=SCHOOL_STATES)


def _visible_applications(user: User) -> Any:
    from enrolment.registration.models import Application

    return Application.objects.visible_to(user).values("pk")


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Requests for another school."""

    def visible_to(self, user: User) -> WaiverQuerySet:
        """Those of the applications a person sees."""
        return self.filter(application__in=_visible_applications(user))


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Registration certificates."""

    def visible_to(self, user: User) -> CertificateQuerySet:
        """Those of the applications a person sees."""
        return self.filter(application__in=_visible_applications(user))


class AdmissionQuerySet(models.QuerySet["Admission"]):
    """Admissions."""

    def visible_to(self, user: User) -> AdmissionQuerySet:
        """Those of the applications a person sees."""
        return self.filter(application__in=_visible_applications(user))


class DepartureQuerySet(models.QuerySet["Departure"]):
    """Requests to leave a school."""

    def visible_to(self, user: User) -> DepartureQuerySet:
        """All for agents; one's school's for heads; one's children's for parents."""
        if reach_of(user, *AGENTS).city:
            return self
        mine = Q(child__in=Child.objects.of_guardian(user).values("pk"))
        heads = reach_of(user, Role.HEAD_TEACHER)
        if heads:
            mine |= heads.school_filter("roll_entry__school__uai")
        return self.filter(mine)

    def decided_by(self, user: User) -> DepartureQuerySet:
        """Those this agent or head teacher may issue or refuse."""
        reach = reach_of(user, *AGENTS, Role.HEAD_TEACHER)
        if not reach:
            return self.none()
        return self.filter(reach.school_filter("roll_entry__school__uai"))


def may_see_private(user: User, application: Any) -> bool:
    """Tell whether a person may see the address and the documents of an application.

    The agents who decide, and the household that declared them: never the other parent.
    """
    if reach_of(user, *AGENTS).city:
        return True
    guardian = getattr(user, "guardian", None)
    return guardian is not None and (
        guardian.pk == application.applicant_id or guardian.household_id == application.household_id
    )


def hides_place(user: User, application: Any) -> bool:
    """Tell whether the school asked for must be kept from a person until it is decided.

    The catchment school and a waiver tell where a household lives: when its address is
    protected the other parent learns the school that was decided, and nothing before.
    """
    return bool(application.household.is_protected) and not may_see_private(user, application)


def known_school(user: User, application: Any) -> Any:
    """Return the school a person may be told of: decided, else asked for, else None."""
    if application.school is not None:
        return application.school
    return None if hides_place(user, application) else application.requested_school


def reads_paper(user: User, document: Any) -> bool:
    """Let agents and the applicant's household open a scanned form; registered in apps."""
    from enrolment.registration.models import PaperRequest

    papers = PaperRequest.objects.filter(scan=document).select_related("application")
    return any(may_see_private(user, paper.application) for paper in papers)


def reads_document(user: User, document: Any) -> bool:
    """Let agents and the applicant's household open proofs; registered in apps."""
    from enrolment.registration.models import Proof

    proofs = Proof.objects.filter(document=document).select_related("application")
    return any(may_see_private(user, proof.application) for proof in proofs)


def has_certificate(child_id: int) -> bool:
    """Tell whether a certificate in force names a child; registered in apps."""
    from enrolment.registration.models import Certificate

    return Certificate.objects.filter(application__child=child_id, revoked_at__isnull=True).exists()
