"""The editors' desk: what schools suggest, report and propose."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, Max, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource
from resources.curation import readings
from resources.curation.actions import asked, reviews, sharing
from resources.curation.asked_forms import AnswerForm
from resources.curation.forms import ReasonForm
from resources.curation.models import Problem, Proposal, Review, Suggestion
from resources.curation.queues import queues_for
from resources.curation.views.parts import number_of
from resources.workspace.models import PupilAccount


def _queue(request: HttpRequest, name: str, rows: Any, template: str, **more: Any) -> HttpResponse:
    user = signed_in(request)
    page = page_of(request, rows)
    context = {"page_obj": page, "queues": queues_for(user), "queue": name, **more}
    return render(request, template, context)


@allow(*EDITORS)
def suggestions(request: HttpRequest) -> HttpResponse:
    """List the resources that teachers suggest, longest waiting first."""
    rows = Suggestion.objects.visible_to(signed_in(request)).waiting()
    rows = rows.select_related("suggested_by", "domain").prefetch_related("levels")
    return _queue(
        request, "suggestions", rows.order_by("suggested_at", "pk"), "curation/suggestions.html"
    )


@allow(*EDITORS)
def suggestion(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a suggestion, and accept or decline it."""
    found: Suggestion = get_visible(
        Suggestion.objects.select_related("suggested_by", "domain", "resource"),
        signed_in(request),
        public_id=public_id,
    )
    declining = request.method == "POST" and request.POST.get("do") == "decline"
    form = ReasonForm(request.POST if declining else None)
    by = Actor.of(request)
    try:
        if declining and form.is_valid():
            asked.decline(by=by, suggestion=found, reason=form.cleaned_data["reason"])
            messages.success(request, _("C’est noté : la réponse part."))
            return redirect("curation:suggestions")
        if request.POST.get("do") == "accept":
            made = asked.accept(by=by, suggestion=found)
            messages.success(request, _("La ressource est proposée : il reste à la décrire."))
            return redirect("catalogue:edit", identifier=made.identifier)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return render(
        request,
        "curation/suggestion.html",
        {"suggestion": found, "form": form, "twins": asked.twins(found.url)},
    )


@allow(*EDITORS)
def problems(request: HttpRequest) -> HttpResponse:
    """List the resources with open reports, most reported first, with what is known of links."""
    user = signed_in(request)
    waiting = Problem.objects.visible_to(user).waiting()
    rows = (
        Resource.objects.visible_to(user)
        .filter(pk__in=waiting.values("resource"))
        .annotate(
            reports=Count("problems", filter=Q(problems__state="open"), distinct=True),
            latest=Max("problems__reported_at", filter=Q(problems__state="open")),
        )
        .order_by("-reports", "latest", "pk")
    )
    page = page_of(request, rows)
    told: dict[int, list[Problem]] = {}
    for problem in (
        waiting.filter(resource__in=[row.pk for row in page])
        .annotate(by_pupil=Exists(PupilAccount.objects.filter(user=OuterRef("reporter"))))
        .select_related("reporter")
        .order_by("reported_at", "pk")
    ):
        told.setdefault(problem.resource_id, []).append(problem)
    return render(
        request,
        "curation/problems.html",
        {
            "page_obj": page,
            "rows": [{"resource": row, "problems": told.get(row.pk, [])} for row in page],
            "queues": queues_for(user),
            "queue": "problems",
        },
    )


@allow(*EDITORS)
@require_POST
def settle(request: HttpRequest, identifier: str) -> HttpResponse:
    """Close the reports on a resource."""
    found: Resource = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("La réponse est trop longue."))
        return redirect("curation:problems")
    try:
        count = asked.settle(
            by=Actor.of(request),
            resource=found,
            mended=request.POST.get("do") == "mended",
            answer=form.cleaned_data["answer"],
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        if count:
            messages.success(request, _("C’est noté : ceux qui l’ont signalé sont prévenus."))
    return redirect("curation:problems")


@allow(*EDITORS)
def reported_reviews(request: HttpRequest) -> HttpResponse:
    """List reported comments, and those that are hidden."""
    user = signed_in(request)
    hidden = request.GET.get("etat") == "masques"
    visible = Review.objects.visible_to(user)
    rows = visible.filter(state="hidden") if hidden else visible.reported()
    rows = rows.select_related("resource", "author", "school").prefetch_related("reports")
    return _queue(
        request,
        "reviews",
        rows.order_by("updated_at", "pk"),
        "curation/reviews.html",
        hidden=hidden,
        hidden_count=visible.filter(state="hidden").count(),
    )


@allow(*EDITORS)
@require_POST
def moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide a comment, show it again, or keep it."""
    found: Review = get_visible(
        Review.objects.select_related("resource", "author"), signed_in(request), pk=pk
    )
    by, wanted = Actor.of(request), request.POST.get("do", "")
    try:
        if wanted == "hide":
            reviews.hide(by=by, review=found, reason=request.POST.get("reason", "")[:300])
            messages.success(request, _("Il n’est plus affiché ; son auteur est prévenu."))
        elif wanted == "show":
            reviews.show(by=by, review=found)
            messages.success(request, _("Il est de nouveau affiché."))
        else:
            reviews.keep(by=by, review=found)
            messages.success(request, _("Il reste affiché."))
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("curation:reviews")


@allow(*EDITORS)
def proposals(request: HttpRequest) -> HttpResponse:
    """List the collections proposed to the city, longest waiting first."""
    rows = Proposal.objects.visible_to(signed_in(request)).waiting()
    rows = rows.select_related("collection__school", "proposed_by").annotate(
        items=Count("collection__items")
    )
    return _queue(
        request, "proposals", rows.order_by("proposed_at", "pk"), "curation/proposals.html"
    )


@allow(*EDITORS)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposed collection as readers would see it, and accept or decline it."""
    found: Proposal = get_visible(
        Proposal.objects.waiting().select_related("collection__school", "collection__owner"),
        signed_in(request),
        pk=pk,
    )
    declining = request.method == "POST" and request.POST.get("do") == "decline"
    form = ReasonForm(request.POST if declining else None)
    by = Actor.of(request)
    try:
        if declining and form.is_valid():
            sharing.decline(by=by, proposal=found, reason=form.cleaned_data["reason"])
            messages.success(request, _("C’est noté : la réponse part."))
            return redirect("curation:proposals")
        if request.POST.get("do") == "accept":
            made = sharing.accept(by=by, proposal=found, version=number_of(request.POST, "version"))
            messages.success(request, _("Elle est sur l’étagère de la Ville."))
            return redirect("curation:collection", public_id=made.public_id)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        found.refresh_from_db()
        if found.state != Proposal.State.WAITING:
            return redirect("curation:proposals")
        found.collection.refresh_from_db()
    return render(
        request,
        "curation/proposal.html",
        {
            "proposal": found,
            "collection": found.collection,
            "lines": readings.lines_of(found.collection, None, explain=True),
            "form": form,
            "favourites": set(),
            "is_pupil": False,
            "may_edit": False,
            "followed": "",
        },
    )
