"""A family follows its applications: status, documents, certificate, withdrawal."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import pdf
from core.access import SIGNED_IN, allow, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.registration import queries
from enrolment.registration.access import hides_place, known_school, may_see_private
from enrolment.registration.actions import family as acts
from enrolment.registration.actions.family import resume_at
from enrolment.registration.certificates import certificate_pdf
from enrolment.registration.forms import ProofForm
from enrolment.registration.models import (
    OPEN,
    Application,
    Certificate,
    Departure,
    State,
    Waiver,
)
from enrolment.registration.views.steps import owner_of, proof_rows, receive_proof, step_url
from enrolment.schools.models import RollEntry
from families.models import Child, Guardian
from families.views.base import household_required


@allow(SIGNED_IN)
@household_required
def mine(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """List one's drafts and the applications for one's children."""
    user = signed_in(request)
    found = (
        Application.objects.of_guardian(user)
        .exclude(state=State.WITHDRAWN, submitted_at__isnull=True)
        .select_related("child", "school_year", "school", "requested_school", "household")
        .order_by("-created_at", "-pk")
    )
    children = list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))
    enrolled = (
        RollEntry.objects.current()
        .filter(child__in=[child.pk for child in children], left_on__isnull=True)
        .select_related("child", "school")
        .order_by("child__birth_date", "pk")
    )
    return render(
        request,
        "registration/mine.html",
        {
            "rows": [(row, known_school(user, row)) for row in found],
            "enrolled": enrolled,
            "departures": Departure.objects.filter(child__in=[child.pk for child in children])
            .exclude(state=Departure.WITHDRAWN)
            .select_related("child")
            .order_by("-requested_at", "-pk")[:10],
        },
    )


def _own(request: HttpRequest, reference: str) -> Application:
    found = (
        Application.objects.of_guardian(signed_in(request))
        .filter(reference=reference)
        .select_related(
            "child",
            "school_year",
            "school",
            "requested_school",
            "catchment_school",
            "applicant",
            "household__street",
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


@allow(SIGNED_IN)
@household_required
def application(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Show where an application stands, and take what the city asks for."""
    found = _own(request, reference)
    if found.state == State.DRAFT:
        return redirect(step_url(found, resume_at(found)))
    user = signed_in(request)
    private = may_see_private(user, found)
    hidden = hides_place(user, found)
    form: ProofForm | None = None
    if request.method == "POST":
        if not private:
            raise Http404
        try:
            form = receive_proof(request, found)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        if form is None:
            return redirect("registration:application", reference=found.reference)
    requests = list(found.proof_requests.filter(answered_at__isnull=True))
    form = form or ProofForm(
        kinds=queries.proof_choices(found),
        initial={"kind": requests[0].kind if requests else ""},
    )
    return render(
        request,
        "registration/application.html",
        {
            "application": found,
            "timeline": queries.timeline(found, private=private, place=not hidden),
            "private": private,
            "paper": queries.paper_of(found) if private else None,
            "school": known_school(user, found),
            "frozen": queries.frozen_acts(found) if found.state in OPEN else [],
            "rows": proof_rows(found, owner_of(request)) if private else [],
            "requests": requests,
            "form": form,
            "open": found.state in OPEN,
            "can_withdraw": State.WITHDRAWN in Application.MOVES[State(found.state)],
            "waiver": Waiver.objects.filter(application=found).first(),
            "certificate": Certificate.objects.filter(
                application=found, revoked_at__isnull=True
            ).first(),
        },
    )


@allow(SIGNED_IN)
@household_required
def withdraw(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Take an application back, after a confirmation."""
    found = _own(request, reference)
    if request.method == "POST":
        was_draft = found.state == State.DRAFT
        try:
            acts.withdraw(by=Actor.of(request), application=found)
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return redirect("registration:application", reference=found.reference)
        messages.success(
            request,
            _("Votre brouillon est supprimé.") if was_draft else _("Votre demande est retirée."),
        )
        return redirect("registration:mine")
    return render(request, "registration/withdraw.html", {"application": found})


@allow(SIGNED_IN)
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the registration certificate: parents with authority, agents, the head."""
    user = signed_in(request)
    found = (
        Certificate.objects.visible_to(user)
        .filter(application__reference=reference, revoked_at__isnull=True)
        .select_related("application")
        .first()
    )
    if found is None:
        raise Http404
    data = certificate_pdf(found, language="fr")
    return pdf.pdf_response(data, f"certificat-{found.application.reference}.pdf", inline=True)
