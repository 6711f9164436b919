"""Faults that come back, and what the city decided of the workshop."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.views.common import show
from classrooms.workshop import actions
from classrooms.workshop.forms import TermsForm
from classrooms.workshop.models import FaultAlert, WorkshopTerms
from classrooms.workshop.queries.faults import back_again, recurring_now
from classrooms.workshop.queries.terms import terms_on
from core import clock
from core.access import allow, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor


@allow(*FLEET_STAFF)
@require_GET
def faults(request: HttpRequest) -> HttpResponse:
    """Show the devices that fail again and again; to managers, the models that do."""
    user, today = signed_in(request), clock.today()
    manager = user.has_role(*FLEET_MANAGERS)
    return show(
        request,
        "workshop/faults.html",
        "faults",
        manager=manager,
        now=recurring_now(today) if manager else [],
        alerts=FaultAlert.objects.visible_to(user).select_related("model")[:20],
        again=back_again(user, today)[:100],
        terms=terms_on(today),
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Show the rates and thresholds, and decide others from a day on."""
    today = clock.today()
    now = terms_on(today)
    form = TermsForm(
        request.POST or None,
        initial={
            "starts_on": today,
            "hour": now.hour_cents,
            "share_percent": now.share_percent,
            "floor_percent": now.floor_percent,
            "claim_days": now.claim_days,
            "alert_min": now.alert_min,
            "alert_percent": now.alert_percent,
        },
    )
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            actions.decide_terms(
                by=Actor.of(request),
                starts_on=form.cleaned_data["starts_on"],
                terms=form.terms(),
            )
        except RuleBroken as broken:
            show_broken(form, broken)
            status = 409
        else:
            messages.success(request, _("Le nouveau barème est noté."))
            return redirect("workshop:terms")
    rows = WorkshopTerms.objects.visible_to(signed_in(request)).select_related("decided_by")
    return show(
        request,
        "workshop/terms.html",
        "terms",
        status=status,
        form=form,
        now=now,
        rows=rows[:20],
        today=today,
    )
