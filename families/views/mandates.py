"""A family lets somebody help it, signs, sees what was done, and stops it when it likes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import documents, pdf
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from families import signing
from families.actions import mandates as acts
from families.actions.acting import acts_of
from families.forms.assisted import CodeForm, MandateForm, PasswordForm, PlaceForm, ScanForm
from families.models import AssistanceMandate, AssistedSession, Guardian, HelpPlace
from families.papers import mandate_pdf
from families.views.base import household_required

State = AssistanceMandate.State
AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


@allow(SIGNED_IN)
@household_required
def helpers(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Show who may act for me, who has, when and what for."""
    user = signed_in(request)
    mandates = AssistanceMandate.objects.of_family(user).select_related("helper", "place")
    sessions = (
        AssistedSession.objects.visible_to(user)
        .select_related("agent", "guardian")
        .order_by("-started_at", "-pk")
    )
    page = page_of(request, sessions)
    done = acts_of(list(page.object_list))
    return render(
        request,
        "families/helpers.html",
        {
            "open": [m for m in mandates if m.is_open],
            "closed": [m for m in mandates if not m.is_open][:10],
            "page_obj": page,
            "sessions": [(session, done[session.pk]) for session in page.object_list],
        },
    )


def new_mandate(
    request: HttpRequest, guardian: Guardian, *, template: str, paper_only: bool = False
) -> HttpResponse | AssistanceMandate:
    """Ask where, then whom, how long and for what; return the mandate once it is written."""
    place = HelpPlace.objects.filter(code=request.GET.get("lieu", ""), is_open=True).first()
    context: dict[str, Any] = {"guardian": guardian, "place": place}
    if place is None:
        chosen = PlaceForm({"place": request.GET.get("lieu")} if "lieu" in request.GET else None)
        chosen.is_valid()
        return render(request, template, {**context, "form": chosen})
    people = {str(user.public_id): user for user in acts.helpers_at(place)}
    form = MandateForm(
        request.POST or None,
        helpers=[(key, user.get_full_name()) for key, user in people.items()],
        paper_only=paper_only,
        initial={"days": 31},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            return acts.prepare_mandate(
                by=Actor.of(request),
                guardian=guardian,
                helper=people[data["helper"]],
                place=place,
                days=data["days"],
                scopes=data["chosen"],
                signature="paper" if paper_only else data["signature"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
    return render(request, template, {**context, "form": form, "people": people})


@allow(SIGNED_IN)
@household_required
def helper_add(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Choose who helps me, for how long, for what."""
    made = new_mandate(request, guardian, template="families/helper_add.html")
    if isinstance(made, AssistanceMandate):
        return redirect("families:mandate", public_id=made.public_id)
    return made


def _own(request: HttpRequest, public_id: uuid.UUID) -> AssistanceMandate:
    found: AssistanceMandate | None = (
        AssistanceMandate.objects.of_family(signed_in(request))
        .select_related("guardian__user", "helper", "place", "scan")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


@allow(SIGNED_IN)
@household_required
def mandate(request: HttpRequest, guardian: Guardian, public_id: uuid.UUID) -> HttpResponse:
    """Read a mandate; sign it with a password or a code, or send the signed paper."""
    found = _own(request, public_id)
    user = signed_in(request)
    password = signing.by_password(user)
    on_screen = found.state == State.DRAFT and found.signature == "screen"
    on_paper = found.state == State.DRAFT and found.signature == "paper"
    data = request.POST or None
    form: Any = None
    if on_screen:
        form = PasswordForm(data) if password else CodeForm(data)
    elif on_paper:
        form = ScanForm(data, request.FILES or None)
    if request.method == "POST" and form is not None:
        try:
            if "send" in request.POST:
                signing.send_code(request, found)
                messages.success(request, _("Le code est parti. Il vaut dix minutes."))
                return redirect("families:mandate", public_id=found.public_id)
            if form.is_valid():
                _finish(request, found, form)
                return redirect("families:mandate", public_id=found.public_id)
        except RuleBroken as broken:
            show_broken(form, broken)
    return render(
        request,
        "families/mandate.html",
        {
            "mandate": found,
            "form": form,
            "on_screen": on_screen,
            "on_paper": on_paper,
            "password": password,
        },
    )


def _finish(request: HttpRequest, found: AssistanceMandate, form: Any) -> None:
    by = Actor.of(request)
    if isinstance(form, ScanForm):
        keep_scan(by, found, form)
        messages.success(request, _("Merci. Un agent vérifie votre papier, puis vous prévient."))
        return
    if isinstance(form, PasswordForm):
        signing.check_password(request, form.cleaned_data["password"])
    else:
        signing.check_code(request, found, form.cleaned_data["code"])
    acts.sign_mandate(by=by, mandate=found)
    messages.success(
        request,
        _("C’est signé. %(name)s peut agir pour vous dès maintenant.")
        % {"name": found.helper.get_full_name()},
    )


def keep_scan(by: Actor, found: AssistanceMandate, form: ScanForm) -> None:
    """Keep the scan among private files, then on the mandate."""
    person = found.guardian.user
    owner = by if person is None or by.user == person else Actor(by.user, on_behalf_of=person)
    scan = documents.store(form.cleaned_data["scan"], by=owner, kind="families.mandate")
    acts.file_scan(by=by, mandate=found, scan=scan)


@allow(SIGNED_IN)
def mandate_paper(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the mandate, to be signed by hand or kept."""
    found: AssistanceMandate = get_visible(
        AssistanceMandate.objects.select_related("guardian__household__street", "helper", "place"),
        signed_in(request),
        public_id=public_id,
    )
    return pdf.pdf_response(mandate_pdf(found), f"mandat-{str(found.public_id)[:8]}.pdf")


@allow(SIGNED_IN)
@require_POST
def mandate_stop(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop a mandate at once: the family, the helper, an agent."""
    user = signed_in(request)
    found: AssistanceMandate = get_visible(AssistanceMandate.objects, user, public_id=public_id)
    acts.stop_mandate(by=Actor.of(request), mandate=found)
    messages.success(request, _("C’est arrêté. Plus personne n’agit par ce mandat."))
    if found.guardian.user_id == user.pk:
        return redirect("families:helpers")
    if found.helper_id == user.pk:
        return redirect("families:helping")
    return redirect("families:desk_family", pk=found.guardian_id)


def _visible_guardian(request: HttpRequest, pk: int) -> Guardian:
    found: Guardian = get_visible(
        Guardian.objects.select_related("user"), signed_in(request), pk=pk
    )
    return found


@allow(*AGENTS)
def desk_mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a mandate to be signed on paper by somebody at the desk."""
    guardian = _visible_guardian(request, pk)
    made = new_mandate(request, guardian, template="families/desk_mandate.html", paper_only=True)
    if isinstance(made, AssistanceMandate):
        return redirect("families:mandate_check", public_id=made.public_id)
    return made


@allow(*AGENTS)
def mandate_checks(request: HttpRequest) -> HttpResponse:
    """List the signed papers that await a check, the oldest first."""
    waiting = (
        AssistanceMandate.objects.visible_to(signed_in(request))
        .filter(state=State.TO_CHECK)
        .select_related("guardian", "helper", "place", "scanned_by")
        .order_by("signed_at", "pk")
    )
    page = page_of(request, waiting)
    return render(request, "families/mandate_checks.html", {"page_obj": page})


@allow(*AGENTS)
def mandate_check(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print a paper mandate, keep its scan, or check it, for an agent."""
    user = signed_in(request)
    found: AssistanceMandate = get_visible(
        AssistanceMandate.objects.select_related(
            "guardian__user", "helper", "place", "scan", "scanned_by"
        ),
        user,
        public_id=public_id,
    )
    form = ScanForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        by, act = Actor.of(request), request.POST.get("act", "")
        try:
            if act in ("accept", "refuse"):
                acts.check_scan(by=by, mandate=found, good=act == "accept")
                messages.success(request, _("C’est noté, et la famille est prévenue."))
                return redirect("families:mandate_checks")
            if found.state == State.DRAFT and form.is_valid():
                keep_scan(by, found, form)
                messages.success(request, _("Papier conservé. Un collègue le vérifie."))
                return redirect("families:mandate_check", public_id=found.public_id)
        except RuleBroken as broken:
            show_broken(form, broken)
    return render(
        request,
        "families/mandate_check.html",
        {
            "mandate": found,
            "form": form,
            "own_scan": found.scanned_by_id == user.pk,
            "to_scan": found.state == State.DRAFT and found.signature == "paper",
            "to_check": found.state == State.TO_CHECK,
        },
    )
