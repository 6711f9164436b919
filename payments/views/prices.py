"""Prices: the public page with its simulator, and the revenue officer's new versions."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.access import ANYONE, allow
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from payments.actions.tariffs import add_tariff
from payments.forms import QuotientForm, TariffForm
from payments.models import Tariff
from payments.queries import tariffs_around
from payments.rules import pricing
from payments.rules.pricing import Formula, Step
from payments.tariffs import rule_of


@allow(ANYONE)
def public(request: HttpRequest) -> HttpResponse:
    """Say what each service costs today, and what it costs you."""
    services = tariffs_around(clock.today())
    form = QuotientForm(request.GET if "quotient" in request.GET else None)
    answers = None
    if form.is_bound and form.is_valid():
        quotient = form.cleaned_data["quotient"]
        answers = [
            {
                "label": service["label"],
                "price": pricing.price(rule_of(service["current"]), quotient, ""),
            }
            for service in services
            if service["current"]
        ]
    return render(
        request,
        "payments/tariffs.html",
        {"services": services, "form": form, "answers": answers},
    )


@allow(Role.REVENUE_OFFICER)
def tariffs(request: HttpRequest) -> HttpResponse:
    """List each service's prices: in force, to come, past."""
    return render(
        request,
        "payments/office/tariffs.html",
        {"services": tariffs_around(clock.today()), "here": "tariffs"},
    )


@allow(Role.REVENUE_OFFICER)
def new_tariff(request: HttpRequest, service: str) -> HttpResponse:
    """Type a new version, look at it beside the old one, confirm."""
    newest = Tariff.objects.filter(service=service).order_by("-valid_from").first()
    latest = newest or get_object_or_404(Tariff, service=service)
    form = TariffForm(request.POST or None, tariff=latest)
    context: dict[str, object] = {
        "form": form,
        "latest": latest,
        "here": "tariffs",
        "preview": None,
        "hidden": [],
    }
    if request.method == "POST" and form.is_valid():
        rule = _rule(form)
        if "confirm" in request.POST:
            try:
                add_tariff(
                    by=Actor.of(request),
                    service=service,
                    label=latest.label,
                    valid_from=form.cleaned_data["valid_from"],
                    resolution=form.cleaned_data["resolution"],
                    rule=rule,
                )
            except RuleBroken as broken:
                show_broken(form, broken)
            else:
                messages.success(request, _("Les nouveaux prix sont enregistrés."))
                return redirect("payments:office_tariffs")
        elif "edit" not in request.POST:
            context["preview"] = _preview(form, rule, latest)
            context["hidden"] = [
                (name, value)
                for name, value in request.POST.items()
                if name not in {"csrfmiddlewaretoken", "confirm", "edit"}
            ]
            return render(request, "payments/office/tariff_confirm.html", context)
    return render(request, "payments/office/tariff_form.html", context)


def _rule(form: TariffForm) -> Formula | list[Step]:
    if form.tariff.kind == Tariff.Kind.EFFORT_RATE:
        return Formula(
            Decimal(form.cleaned_data["rate_per_mille"]),
            form.cleaned_data["floor_cents"],
            form.cleaned_data["ceiling_cents"],
        )
    return form.steps


def _preview(form: TariffForm, rule: Formula | list[Step], latest: Tariff) -> dict[str, object]:
    """Compare old and new price at a few quotients, so that a slip of the finger shows."""
    old = rule_of(latest)
    rows = [
        {
            "quotient": quotient,
            "old": pricing.price(old, quotient, "").unit_price_cents,
            "new": pricing.price(rule, quotient, "").unit_price_cents,
        }
        for quotient in (0, 200, 400, 600, 900, 1200, 1600, 2200, 3000, None)
    ]
    return {
        "valid_from": form.cleaned_data["valid_from"],
        "resolution": form.cleaned_data["resolution"],
        "rows": rows,
    }
