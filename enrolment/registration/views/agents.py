"""Enrolment agents: the work queue, an application with its documents, the decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.access import allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, record_read
from core.paging import page_of
from enrolment.registration import queries
from enrolment.registration.actions import agents as acts
from enrolment.registration.forms import (
    AcceptForm,
    AskForm,
    CheckForm,
    QueueForm,
    RefuseForm,
    WaiverForm,
)
from enrolment.registration.models import OPEN, Application, Proof, State, Waiver
from enrolment.registration.rules import may_refuse
from enrolment.registration.views.steps import proof_rows
from enrolment.schools.rules import is_compulsory
from families.desk.search import children_told
from families.models import Guardianship, Objection

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


def _filtered(user: User, data: dict[str, Any]) -> QuerySet[Application]:
    found = Application.objects.decided_by_agents(user)
    state = data.get("etat") or ""
    if state == "":
        found = found.filter(state__in=OPEN)
    elif state in State.values:
        found = found.filter(state=state)
    if school := data.get("ecole"):
        found = found.filter(Q(school=school) | Q(school__isnull=True, requested_school=school))
    if level := data.get("niveau"):
        found = found.filter(level=level)
    if data.get("agent") == "moi":
        found = found.filter(assigned_to=user)
    elif data.get("agent") == "personne":
        found = found.filter(assigned_to__isnull=True)
    if query := (data.get("q") or "").strip():
        found = found.filter(Q(reference__icontains=query) | Q(child__in=children_told(query)))
    return found


@allow(*AGENTS)
def queue(request: HttpRequest) -> HttpResponse:
    """List the applications that await a decision, oldest first, with their deadline."""
    user = signed_in(request)
    form = QueueForm(request.GET or None)
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.work_queue(_filtered(user, data))
    page = page_of(request, found)
    today = clock.today()
    stopped = set(
        Objection.objects.open()
        .filter(child__in=[row.child_id for row in page])
        .values_list("child", flat=True)
    )
    counts = Application.objects.decided_by_agents(user).aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        late=Count("pk", filter=Q(state__in=OPEN, answer_due_on__lt=today)),
        mine=Count("pk", filter=Q(state__in=OPEN, assigned_to=user)),
        incomplete=Count("pk", filter=Q(state=State.INCOMPLETE)),
        unplaced=Count("pk", filter=Q(state__in=OPEN, outcome__in=["none", "several", "outside"])),
    )
    return render(
        request,
        "registration/queue.html",
        {
            "form": form,
            "page_obj": page,
            "rows": [
                (row, row.urgency(today), hasattr(row, "waiver"), row.child_id in stopped)
                for row in page
            ],
            "counts": counts,
            "filtered": bool(request.GET),
        },
    )


def _one(request: HttpRequest, reference: str) -> Application:
    user = signed_in(request)
    found = queries.work_queue(Application.objects.decided_by_agents(user))
    application: Application | None = (
        found.select_related("household", "decided_by").filter(reference=reference).first()
    )
    if application is None:
        raise Http404
    return application


def _context(request: HttpRequest, application: Application) -> dict[str, Any]:
    waiver = Waiver.objects.filter(application=application).select_related("school").first()
    year = application.school_year
    compulsory = year is not None and is_compulsory(application.child.birth_date, year.start_year)
    links = (
        Guardianship.objects.current()
        .filter(child=application.child)
        .select_related("guardian")
        .order_by("pk")
    )
    return {
        "application": application,
        "urgency": application.urgency(clock.today()),
        "rows": proof_rows(application),
        "missing": queries.missing_proofs(application),
        "requests": list(application.proof_requests.all()),
        "waiver": waiver,
        "links": links,
        "frozen": queries.frozen_acts(application),
        "may_reveal": signed_in(request).has_role(Role.ENROLMENT_AGENT),
        "paper": queries.paper_of(application),
        "duplicates": queries.possible_duplicates(application),
        "decided": acts.decided_school(application),
        "refusable": may_refuse(
            application.level or None, application.outcome, is_compulsory=compulsory
        ),
        "checks": Proof.Check.choices,
        "ask_form": AskForm(),
        "accept_form": AcceptForm(
            application=application, needed=acts.decided_school(application) is None
        ),
        "refuse_form": RefuseForm(),
        "waiver_form": WaiverForm(),
        "timeline": queries.timeline(application, private=True),
    }


@allow(*AGENTS)
def sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an application beside its documents; that it was read is journalled."""
    application = _one(request, reference)
    record_read(Actor.of(request), "application", application, reason="decide")
    return render(request, "registration/sheet.html", _context(request, application))


def _take(request: HttpRequest, application: Application, by: Actor) -> str:
    acts.take(by=by, application=application)
    return _("Ce dossier est à votre nom.")


def _release(request: HttpRequest, application: Application, by: Actor) -> str:
    acts.release(by=by, application=application)
    return _("Ce dossier est rendu à la file.")


def _ask(request: HttpRequest, application: Application, by: Actor) -> str:
    form = AskForm(request.POST)
    _refuse_invalid(form, "ask_form")
    acts.ask_proof(by=by, application=application, **form.cleaned_data)
    return _("La famille est prévenue.")


def _accept(request: HttpRequest, application: Application, by: Actor) -> str:
    form = AcceptForm(
        request.POST,
        application=application,
        needed=acts.decided_school(application) is None,
    )
    _refuse_invalid(form, "accept_form")
    acts.accept(by=by, application=application, school=form.cleaned_data.get("school"))
    return _("Le certificat d’inscription est délivré et la famille prévenue.")


def _refuse(request: HttpRequest, application: Application, by: Actor) -> str:
    form = RefuseForm(request.POST)
    _refuse_invalid(form, "refuse_form")
    acts.refuse(by=by, application=application, ground=form.cleaned_data["ground"])
    return _("La demande est refusée et la famille prévenue.")


def _waiver(request: HttpRequest, application: Application, by: Actor) -> str:
    form = WaiverForm(request.POST)
    _refuse_invalid(form, "waiver_form")
    waiver = Waiver.objects.filter(application=application).first()
    if waiver is None:
        raise Http404
    acts.decide_waiver(
        by=by,
        waiver=waiver,
        granted=form.cleaned_data["decision"] == "grant",
        ground=form.cleaned_data["ground"],
        reasons=form.cleaned_data["reasons"],
    )
    return _("La décision est enregistrée et la famille prévenue.")


def _check(request: HttpRequest, application: Application, by: Actor) -> str:
    form = CheckForm(request.POST)
    pk = request.POST.get("proof", "")
    proof = Proof.objects.filter(
        application=application, pk=int(pk) if pk.isdigit() and len(pk) < 18 else 0
    ).first()
    if proof is None or not form.is_valid():
        raise Http404
    acts.check_proof(by=by, proof=proof, result=form.cleaned_data["result"])
    return _("Le contrôle est noté.")


class _Invalid(Exception):
    """A form of the sheet to show again with its errors."""

    def __init__(self, name: str, form: Any) -> None:
        super().__init__(name)
        self.name, self.form = name, form


def _refuse_invalid(form: Any, name: str) -> None:
    if not form.is_valid():
        raise _Invalid(name, form)


_ACTS: dict[str, Callable[[HttpRequest, Application, Actor], str]] = {
    "prendre": _take,
    "rendre": _release,
    "demander": _ask,
    "accepter": _accept,
    "refuser": _refuse,
    "derogation": _waiver,
    "controler": _check,
}


@allow(*AGENTS)
def decide(request: HttpRequest, reference: str, act: str) -> HttpResponse:
    """Do one of the acts of the sheet, and say what came of it."""
    application = _one(request, reference)
    if request.method != "POST":  # the page of a refused form, opened again
        return redirect("registration:sheet", reference=application.reference)
    if act not in _ACTS:
        raise Http404
    try:
        said = _ACTS[act](request, application, Actor.of(request))
    except _Invalid as invalid:
        context = _context(request, application) | {invalid.name: invalid.form, "opened": act}
        context["problem_form"] = invalid.form
        return render(request, "registration/sheet.html", context, status=422)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, said)
    return redirect("registration:sheet", reference=application.reference)


@allow(*AGENTS)
def waivers(request: HttpRequest) -> HttpResponse:
    """List the requests for another school, with motive and decision."""
    state = request.GET.get("etat", Waiver.PENDING)
    found = (
        Waiver.objects.visible_to(signed_in(request))
        .exclude(application__state__in=[State.DRAFT, State.WITHDRAWN])
        .select_related(
            "school", "application__child", "application__catchment_school", "decided_by"
        )
        .order_by("application__submitted_at", "pk")
    )
    counts = found.aggregate(
        pending=Count("pk", filter=Q(state=Waiver.PENDING)),
        granted=Count("pk", filter=Q(state=Waiver.GRANTED)),
        refused=Count("pk", filter=Q(state=Waiver.REFUSED)),
    )
    if state in (Waiver.PENDING, Waiver.GRANTED, Waiver.REFUSED):
        found = found.filter(state=state)
    motive = request.GET.get("motif", "")
    if motive in Waiver.Motive.values:
        found = found.filter(motive=motive)
    return render(
        request,
        "registration/waivers.html",
        {
            "page_obj": page_of(request, found),
            "state": state,
            "motive": motive,
            "motives": Waiver.Motive.choices,
            "tabs": [
                (Waiver.PENDING, _("À décider"), counts["pending"]),
                (Waiver.GRANTED, _("Accordées"), counts["granted"]),
                (Waiver.REFUSED, _("Refusées"), counts["refused"]),
            ],
        },
    )
