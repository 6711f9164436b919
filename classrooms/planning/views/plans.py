"""Plans of allocation: drafted, explained, compared, frozen, approved, sent."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS
from classrooms.planning import actions, exports
from classrooms.planning.forms import (
    PRESETS,
    TERM_NAMES,
    DecisionForm,
    NewPlanForm,
    PlanForm,
    SendForm,
)
from classrooms.planning.models import Plan
from classrooms.planning.queries.results import Result, journeys_of, result_of
from classrooms.planning.rules import planner
from classrooms.planning.words import Explainer, decimal
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.spreadsheets import csv_response, xlsx_response
from enrolment.schools.models import School


def _plan(request: HttpRequest, public_id: Any) -> Plan:
    plans = Plan.objects.select_related("category", "author", "decided_by")
    found: Plan = get_visible(plans, signed_in(request), public_id=public_id)
    return found


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def plan_list(request: HttpRequest) -> HttpResponse:
    """Show the plans; a POST begins one."""
    user = signed_in(request)
    form = NewPlanForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        plan = actions.create_plan(by=Actor.of(request), **form.cleaned_data)
        return redirect("planning:plan", plan.public_id)
    plans = Plan.objects.visible_to(user).select_related("category", "author", "decided_by")
    return show(
        request,
        "planning/plans.html",
        "plans",
        422 if form.errors else 200,
        form=form,
        page=page_of(request, plans.defer("snapshot")),
    )


@allow(*FLEET_MANAGERS)
@require_GET
def plan_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show who gets how many, why, and what rests on each weight."""
    return _page(request, _plan(request, public_id))


def _page(
    request: HttpRequest,
    plan: Plan,
    form: PlanForm | None = None,
    decision: DecisionForm | None = None,
) -> HttpResponse:
    user, result = signed_in(request), result_of(plan, clock.today())
    explainer = Explainer(result.needs, plan.wish.weights)
    journeys = journeys_of(plan) if plan.state == Plan.State.APPROVED else {}
    every = request.GET.get("show") == "all"
    lines = [x for x in result.allocation.lines if every or x.devices]
    page = page_of(request, lines)
    mine = plan.is_draft and plan.author_id == user.pk
    wrong = (form is not None and form.errors) or (decision is not None and decision.errors)
    return show(
        request,
        "planning/plan.html",
        "plans",
        422 if wrong else 200,
        plan=plan,
        mine=mine,
        form=(form or PlanForm(initial=PlanForm.initial_of(plan))) if mine else None,
        presets=PRESETS,
        result=result,
        page=page,
        rows=[
            {
                "line": line,
                "points": explainer.points(line.points),
                "reasons": explainer.reasons(line.score),
                "journey": journeys.get(line.score.need.uai),
                "network": School.Priority(line.score.need.priority).label,
            }
            for line in page
        ],
        every=every,
        served=len(result.allocation.shares),
        excluded=[need for need in result.needs if need.uai in plan.wish.excluded],
        kinds=[str(School.Kind(kind).label) for kind in plan.kinds if kind in School.Kind.values],
        weights=[(TERM_NAMES[term], plan.wish.weights[term]) for term in planner.TERMS],
        total=plan.wish.total_weight,
        moves=_moves(result, plan),
        push=planner.PUSH,
        decision=_may_decide(plan, user) and (decision or DecisionForm()),
        sending=plan.state == Plan.State.APPROVED and SendForm(),
        gone=len(journeys),
        arrived=sum(journey.state == "received" for journey in journeys.values()),
        genuine=plan.is_draft or plan.digest == actions.digest_of(plan.asked, plan.snapshot),
        others=Plan.objects.visible_to(user).exclude(pk=plan.pk).only("public_id", "name")[:20],
    )


def _may_decide(plan: Plan, user: User) -> bool:
    return plan.state == Plan.State.FROZEN and plan.author_id != user.pk


def _moves(result: Result, plan: Plan) -> list[dict[str, Any]]:
    """Return what each weight pushed changes, in words."""
    names = {need.uai: need.name for need in result.needs}
    return [
        {
            "move": move,
            "term": TERM_NAMES[move.term],
            "sign": f"+{move.push}" if move.push > 0 else f"−{-move.push}",
            "shift": decimal(move.shift),
            "changed": [
                (names[uai], f"+{change}" if change > 0 else f"−{-change}")
                for uai, change in move.changed[:10]
            ],
            "more": max(0, len(move.changed) - 10),
        }
        for move in planner.sensitivity(result.scores, plan.wish, result.allocation)
    ]


@allow(*FLEET_MANAGERS)
@require_POST
def plan_change(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change one's draft: the whole form, ready-made weights, or a school left out or let in."""
    plan, by = _plan(request, public_id), Actor.of(request)
    here, given = redirect("planning:plan", plan.public_id), request.POST
    if given.get("preset") in PRESETS:
        weights = dict(zip(planner.TERMS, PRESETS[given["preset"]][1], strict=True))
        actions.change_plan(by=by, plan=plan, weights=weights)
        messages.success(request, _("Poids changés : voici ce que cela donne."))
        return here
    if uai := given.get("exclude") or given.get("include"):
        kept = [one for one in plan.excluded if one != uai]
        if given.get("exclude") and uai in School.objects.values_list("uai", flat=True):
            kept.append(uai)
        actions.change_plan(by=by, plan=plan, excluded=kept)
        left = bool(given.get("exclude"))
        messages.success(
            request, _("École écartée de ce plan.") if left else _("École remise dans ce plan.")
        )
        return here
    form = PlanForm(given)
    if not form.is_valid():
        return _page(request, plan, form)
    try:
        actions.change_plan(by=by, plan=plan, **form.changes())
    except RuleBroken as broken:
        if broken.field is None:
            raise
        show_broken(form, broken)
        return _page(request, plan, form)
    messages.success(request, _("Répartition recalculée."))
    return here


@allow(*FLEET_MANAGERS)
@require_POST
def plan_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Freeze one's draft, throw it away, or copy any plan."""
    plan, by = _plan(request, public_id), Actor.of(request)
    act = request.POST.get("act")
    if act == "freeze":
        actions.freeze_plan(by=by, plan=plan)
        messages.success(request, _("Répartition figée : une autre personne peut l’approuver."))
    elif act == "drop":
        actions.drop_plan(by=by, plan=plan)
        messages.success(request, _("Brouillon jeté."))
        return redirect("planning:plans")
    elif act == "copy":
        plan = actions.copy_plan(by=by, plan=plan)
        messages.success(request, _("Voici votre copie : changez ce que vous voulez."))
    else:
        raise Http404
    return redirect("planning:plan", plan.public_id)


@allow(*FLEET_MANAGERS)
@require_POST
def plan_decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Approve somebody else's frozen plan, or send it back."""
    plan, form = _plan(request, public_id), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, plan, decision=form)
    approve = request.POST.get("decision") == "approve"
    try:
        actions.decide_plan(
            by=Actor.of(request), plan=plan, approve=approve, reason=form.cleaned_data["reason"]
        )
    except RuleBroken as broken:
        if broken.field is None:
            raise
        show_broken(form, broken)
        return _page(request, plan, decision=form)
    messages.success(
        request, _("Répartition approuvée.") if approve else _("Répartition renvoyée.")
    )
    return redirect("planning:plan", plan.public_id)


@allow(*FLEET_MANAGERS)
@require_POST
def plan_send(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Plan the transfers of an approved plan; again, for those that waited."""
    plan, form = _plan(request, public_id), SendForm(request.POST)
    planned_for = form.cleaned_data["planned_for"] if form.is_valid() else None
    done = actions.send_plan(by=Actor.of(request), plan=plan, planned_for=planned_for)
    said = [
        ngettext("%(n)d transfert prévu.", "%(n)d transferts prévus.", len(done.planned))
        % {"n": len(done.planned)}
    ]
    if done.waiting:
        said.append(
            ngettext(
                "%(n)d école attend que la réserve suffise.",
                "%(n)d écoles attendent que la réserve suffise.",
                len(done.waiting),
            )
            % {"n": len(done.waiting)}
        )
    (messages.success if done.planned else messages.warning)(request, " ".join(said))
    return redirect("planning:plan", plan.public_id)


@allow(*FLEET_MANAGERS)
@require_GET
def plan_export(request: HttpRequest, public_id: uuid.UUID, form: str) -> HttpResponse:
    """Download every school of a plan, with what each term adds and why."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    plan = _plan(request, public_id)
    result = result_of(plan, clock.today())
    table = exports.allocation(result.allocation, Explainer(result.needs, plan.wish.weights))
    name = f"repartition-{result.day:%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(table.csv(), name)
    return xlsx_response(table.xlsx(), name)


@allow(*FLEET_MANAGERS)
@require_GET
def plan_compare(request: HttpRequest) -> HttpResponse:
    """Show two plans side by side: who gets more, who gets less, how many devices move."""
    user, chosen = signed_in(request), []
    for name in ("a", "b"):
        try:
            asked = uuid.UUID(request.GET.get(name, ""))
        except ValueError:
            continue
        chosen.append(get_visible(Plan.objects, user, public_id=asked))
    plans = Plan.objects.visible_to(user).only("public_id", "name", "state", "created_at")[:50]
    if len(chosen) < 2:
        return show(request, "planning/compare.html", "plans", plans=plans, chosen=chosen)
    first = result_of(chosen[0], clock.today())
    second = result_of(chosen[1], clock.today())
    before, after = first.allocation.shares, second.allocation.shares
    changes = planner.differences(before, after)
    names = {need.uai: need.name for need in (*first.needs, *second.needs)}
    rows = sorted(changes.items(), key=lambda item: (-abs(item[1]), names[item[0]]))
    return show(
        request,
        "planning/compare.html",
        "plans",
        plans=plans,
        chosen=chosen,
        moved=planner.moved(changes),
        same=len(set(before) & set(after)),
        totals=(sum(before.values()), sum(after.values())),
        page=page_of(
            request,
            [
                {
                    "name": names[uai],
                    "before": before.get(uai, 0),
                    "after": after.get(uai, 0),
                    "change": f"+{change}" if change > 0 else f"−{-change}",
                }
                for uai, change in rows
            ],
            50,
        ),
    )
