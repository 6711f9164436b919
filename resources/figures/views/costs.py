"""What paid resources cost: the list, renewals, contracts, export."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.paging import page_of
from core.spreadsheets import Column
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource
from resources.figures import actions, costs, exports, rules
from resources.figures.forms import SubscriptionForm
from resources.figures.models import Subscription
from resources.figures.scope import Scope, known_years, scope_of
from resources.figures.views.overview import show


def _lines(request: HttpRequest) -> tuple[list[costs.CostLine], Scope, int | None]:
    """Return the lines asked for, their period, and the months of idleness kept."""
    user = signed_in(request)
    scope = scope_of(user, request.GET)
    lines = costs.cost_lines(Subscription.objects.visible_to(user), scope.first_day, scope.last_day)
    asked = request.GET.get("depuis", "")
    idle = int(asked) if asked in {str(months) for months in costs.IDLE_MONTHS} else None
    if idle:
        lines = [line for line in lines if line.idle_since(_idle_before(idle))]
    _label, key = costs.SORTS.get(request.GET.get("tri", ""), costs.SORTS["ouverture"])
    return sorted(lines, key=key), scope, idle


def _idle_before(months: int) -> dt.date:
    """Return the first month of the last ``months``, the running one included."""
    return clock.months_later(rules.month_of(clock.today()), 1 - months)


@allow(*EDITORS)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show paid resources with what they cost, the dearest for its use first."""
    lines, scope, idle = _lines(request)
    today = clock.today()
    contracts = Subscription.objects.visible_to(signed_in(request))
    ending = list(costs.ending_soon(contracts).select_related("resource")[:50])
    unpriced = costs.unpriced()
    asleep = [line for line in lines if line.running(today) and line.idle_since(_idle_before(3))]
    return show(
        request,
        "costs.html",
        "costs",
        page_obj=page_of(request, lines),
        scope=scope,
        years=known_years(),
        sorts={key: label for key, (label, _key) in costs.SORTS.items()},
        sort=request.GET.get("tri", "ouverture"),
        idle=idle,
        idle_choices=costs.IDLE_MONTHS,
        cost_cents=sum(line.cost_cents for line in lines),
        openings=sum(line.openings for line in lines),
        per_opening=rules.cost_per(
            sum(line.cost_cents for line in lines), sum(line.openings for line in lines)
        ),
        asleep=asleep,
        asleep_cents=sum(line.running_cents(today) for line in asleep),
        ending=[(contract, (contract.ends_on - today).days) for contract in ending],
        unpriced=list(unpriced[:10]),
        unpriced_count=unpriced.count(),
        query=request.GET.urlencode(),
    )


@allow(*EDITORS)
@require_GET
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Download costs and use, filtered and sorted as on screen."""
    lines, _scope, _idle = _lines(request)
    columns = [
        Column(_("Ressource"), width=50),
        Column(_("Identifiant"), width=18),
        Column(_("Coût de la période"), "money", 14),
        Column(_("Ouvertures"), "integer", 12),
        Column(_("Classes"), "integer", 10),
        Column(_("Écoles"), "integer", 10),
        Column(_("Coût par ouverture"), "money", 14),
        Column(_("Coût par classe"), "money", 14),
        Column(_("Dernier mois d’usage"), "date", 14),
        Column(_("Payée jusqu’au"), "date", 14),
        Column(_("Bons de commande"), width=26),
        Column(_("Payé par"), width=20),
    ]
    rows = [
        (
            line.resource.title,
            line.resource.identifier,
            line.cost_cents,
            line.openings,
            line.classes if line.classes or not line.openings else None,
            line.schools,
            line.per_opening,
            line.per_class,
            line.last_used,
            line.ends_on,
            ", ".join(c.order_reference for c in line.contracts if c.order_reference),
            ", ".join(dict.fromkeys(str(c.get_funded_by_display()) for c in line.contracts)),
        )
        for line in lines
    ]
    return exports.response(form, "couts-ressources", columns, rows)


@allow(*EDITORS)
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a contract, new or known."""
    user = signed_in(request)
    known: Subscription | None = None
    if pk is not None:
        known = get_visible(Subscription.objects.select_related("resource"), user, pk=pk)
    initial: dict[str, Any] = {}
    if known is None and (wanted := request.GET.get("ressource", "")[:60]):
        initial["resource"] = Resource.objects.filter(identifier=wanted).first()
    form = SubscriptionForm(request.POST or None, instance=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_subscription(
                by=Actor.of(request), subscription=known, facts=dict(form.cleaned_data)
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("L’abonnement est enregistré."))
            return redirect("figures:costs")
    return show(request, "subscription.html", "costs", form=form, subscription=known)


@allow(*EDITORS)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take off a contract written by mistake."""
    found: Subscription = get_visible(Subscription.objects, signed_in(request), pk=pk)
    actions.remove_subscription(by=Actor.of(request), subscription=found)
    messages.success(request, _("L’abonnement est retiré."))
    return redirect("figures:costs")
