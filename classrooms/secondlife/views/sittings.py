"""Sittings: the manager writes devices off, and prints the record."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS
from classrooms.secondlife import actions, papers, rules
from classrooms.secondlife.actions.departures import Verdict
from classrooms.secondlife.forms import SittingForm
from classrooms.secondlife.models import Departure, Sitting
from classrooms.secondlife.queries.departures import pending
from classrooms.secondlife.views.departures import picked
from classrooms.views.common import page_of, show
from classrooms.views.ticking import ticks
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.pdf import pdf_response


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def sitting_list(request: HttpRequest) -> HttpResponse:
    """Show the sittings, and open one."""
    user = signed_in(request)
    form = SittingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sitting = actions.open_sitting(by=Actor.of(request), **form.cleaned_data)
                return redirect("secondlife:sitting", public_id=sitting.public_id)
            except RuleBroken as broken:
                show_broken(form, broken)
                status = 409
    sittings = (
        Sitting.objects.visible_to(user)
        .annotate(count=Count("departures"))
        .select_related("held_by")
        .order_by("-held_on", "-pk")
    )
    return show(
        request,
        "secondlife/sittings.html",
        "sittings",
        status=status,
        page=page_of(request, sittings),
        form=form,
        waiting=pending(user).count(),
    )


def _sitting(request: HttpRequest, public_id: uuid.UUID) -> Sitting:
    sitting: Sitting = get_visible(
        Sitting.objects.select_related("held_by"), signed_in(request), public_id=public_id
    )
    return sitting


@allow(*FLEET_MANAGERS)
@require_GET
def sitting_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what waits for a decision, and what was decided here."""
    sitting = _sitting(request, public_id)
    is_open = sitting.state == Sitting.State.OPEN
    page = page_of(request, pending(signed_in(request)), 50) if is_open else None
    return show(
        request,
        "secondlife/sitting.html",
        "sittings",
        sitting=sitting,
        is_open=is_open,
        may_begin=is_open and sitting.held_on <= clock.today(),
        page=page,
        ticks=ticks(
            request,
            "pick",
            page or (),
            value=lambda row: row.pk,
            by=[
                lambda row: (row.destination, row.get_destination_display()),
                lambda row: (row.reason, row.get_reason_display()),
            ],
        ),
        decided=list(
            sitting.departures.select_related("device__model__category").order_by(
                "device__asset_tag"
            )
        ),
        ceiling=rules.GIFT_CEILING_CENTS,
        destinations=[c for c in Departure.Destination.choices if c[0] != "none"],
    )


@allow(*FLEET_MANAGERS)
@require_POST
def sitting_decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write off the devices ticked, each to where its line says."""
    sitting = _sitting(request, public_id)
    back = redirect("secondlife:sitting", public_id=public_id)
    pks = picked(request)
    rows = list(pending(signed_in(request)).filter(pk__in=pks))
    if not rows or len(rows) != len(set(pks)):
        messages.error(request, _("Cochez des appareils qui attendent encore une décision."))
        return back
    kept = [row for row in rows if request.POST.get(f"to-{row.pk}") == "keep"]
    verdicts = {row.pk: _verdict(request, row) for row in rows if row not in kept}
    try:
        done = actions.decide(by=Actor.of(request), sitting=sitting, verdicts=verdicts, kept=kept)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return back
    said = [
        ngettext("%(count)d appareil réformé.", "%(count)d appareils réformés.", len(done))
        % {"count": len(done)}
        if done
        else "",
        ngettext("%(count)d appareil gardé.", "%(count)d appareils gardés.", len(kept))
        % {"count": len(kept)}
        if kept
        else "",
    ]
    messages.success(request, " ".join(filter(None, said)))
    return back


def _verdict(request: HttpRequest, row: Departure) -> Verdict:
    if row.reason == Departure.Reason.LOST:
        return Verdict(Departure.Destination.NONE, row.worth_cents)
    asked = request.POST.get(f"to-{row.pk}", row.destination)
    known = {Departure.Destination.GIVE.value, Departure.Destination.RECYCLE.value}
    return Verdict(asked if asked in known else row.destination, row.worth_cents)


@allow(*FLEET_MANAGERS)
@require_POST
def sitting_close(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Close the sitting; its record is final."""
    sitting = _sitting(request, public_id)
    actions.close_sitting(by=Actor.of(request), sitting=sitting)
    messages.success(request, _("Séance arrêtée : le procès-verbal est définitif."))
    return redirect("secondlife:sitting", public_id=public_id)


@allow(*FLEET_MANAGERS)
@require_GET
def sitting_record(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Print the record of a sitting; a draft until it is closed."""
    sitting = _sitting(request, public_id)
    return pdf_response(papers.record(sitting), f"pv-reforme-{sitting.number}.pdf")
