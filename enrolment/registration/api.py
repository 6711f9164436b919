"""API operations of the registration app."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from core.access import SIGNED_IN, signed_in
from core.accounts.roles import Role
from core.api import actor_of, allow_api, count_use, idempotent
from core.errors import RuleBroken
from core.net import client_ip
from core.paging import PAGE_PARAMETERS, Page, paginate
from enrolment.registration.access import hides_place
from enrolment.registration.actions import agents as acts
from enrolment.registration.certificates import find_certificate, minimal_name
from enrolment.registration.models import Application
from enrolment.registration.schemas import (
    AcceptIn,
    ApplicationFilter,
    ApplicationOut,
    CertificateOut,
    ProofRequestIn,
)
from enrolment.schools.models import School

router = Router(tags=["registration"])

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)
READERS = (*AGENTS, Role.HEAD_TEACHER, Role.GUARDIAN)


def _out(request: HttpRequest, application: Application) -> dict[str, Any]:
    hidden = hides_place(signed_in(request), application)
    waiver = None if hidden else getattr(application, "waiver", None)
    wished = None if hidden else application.requested_school
    school = application.school
    return {
        "reference": application.reference,
        "state": application.state,
        "school_year": str(application.school_year),
        "level": application.level,
        "child_reference": application.child.reference,
        "requested_school": wished.uai if wished else None,
        "school": school.uai if school else None,
        "submitted_at": application.submitted_at,
        "answer_due_on": application.answer_due_on,
        "decided_at": application.decided_at,
        "waiver": waiver.state if waiver else None,
    }


def _visible(request: HttpRequest) -> Any:
    return (
        Application.objects.visible_to(signed_in(request))
        .exclude(submitted_at__isnull=True)
        .select_related("child", "school_year", "school", "requested_school", "waiver", "household")
    )


@router.get(
    "/applications",
    response=Page[ApplicationOut],
    openapi_extra=PAGE_PARAMETERS,
    summary="List applications",
)
@allow_api(*READERS, scope="registrations:read")
def applications(request: HttpRequest, query: Query[ApplicationFilter]) -> dict[str, Any]:
    """Return the applications within one's reach, by state, school and year."""
    found = _visible(request)
    if query.state:
        found = found.filter(state=query.state)
    if query.school:
        found = found.filter(
            Q(school__uai=query.school) | Q(school__isnull=True, requested_school__uai=query.school)
        )
    if query.start_year:
        found = found.filter(school_year__start_year=query.start_year)
    return paginate(found, request, item=partial(_out, request))


@router.get("/applications/{reference}", response=ApplicationOut, summary="Read an application")
@allow_api(*READERS, scope="registrations:read")
def application(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Return where one application stands."""
    return _out(request, _one(request, reference))


def _one(request: HttpRequest, reference: str) -> Application:
    found: Application | None = _visible(request).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _decidable(request: HttpRequest, reference: str) -> Application:
    found = (
        Application.objects.decided_by_agents(signed_in(request))
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    return found


@router.post(
    "/applications/{reference}/accept",
    response=ApplicationOut,
    summary="Issue the registration certificate",
)
@allow_api(*AGENTS, scope="registrations:write")
@idempotent
def accept(request: HttpRequest, reference: str, body: AcceptIn) -> dict[str, Any]:
    """Accept an application, as an agent does on its sheet."""
    found = _decidable(request, reference)
    school = School.objects.filter(uai=body.school, is_open=True).first() if body.school else None
    if body.school and school is None:
        raise RuleBroken("school", _("École inconnue."), "school")
    acts.accept(by=actor_of(request), application=found, school=school)
    return _out(request, _one(request, reference))


@router.post(
    "/applications/{reference}/proof-requests",
    response={201: ApplicationOut},
    summary="Ask for one more document",
)
@allow_api(*AGENTS, scope="registrations:write")
@idempotent
def ask(request: HttpRequest, reference: str, body: ProofRequestIn) -> tuple[int, dict[str, Any]]:
    """Ask the family for a document; asked twice, the first request stands."""
    found = _decidable(request, reference)
    acts.ask_proof(by=actor_of(request), application=found, kind=body.kind, message=body.message)
    return 201, _out(request, _one(request, reference))


@router.get("/certificates/{code}", response=CertificateOut, summary="Check a certificate")
@allow_api(SIGNED_IN, scope="certificates:read")
def certificate(request: HttpRequest, code: str) -> dict[str, Any]:
    """Tell whether a code belongs to a certificate in force, with what is on the paper."""
    count_use(f"verify-api:{client_ip(request)}", 120, 60)
    found = find_certificate(code[:40])
    if found is None:
        return {"valid": False}
    return {
        "valid": True,
        "name": minimal_name(found),
        "school": found.school_name,
        "school_year": found.school_year_name,
        "level": found.level,
        "issued_at": found.issued_at,
    }
