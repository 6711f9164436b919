"""The family quotient, for agents: what awaits a check, and what the council voted."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor, record_read
from core.paging import page_of
from families.actions.income import add_income_rule, check_income, refuse_income
from families.desk.search import search
from families.forms.income import (
    IncomeCheckForm,
    IncomeQueueForm,
    IncomeRefuseForm,
    IncomeRuleForm,
)
from families.income.rules import end_of_validity
from families.income.terms import terms_on
from families.models import IncomeFile, IncomeRule

AGENTS = (Role.ENROLMENT_AGENT, Role.REVENUE_OFFICER)
#: Who writes down what the council has voted.
VOTERS = (Role.REVENUE_OFFICER, Role.ADMINISTRATOR)


@allow(*AGENTS)
def queue(request: HttpRequest) -> HttpResponse:
    """List the declarations to check, oldest first, with search and filters."""
    form = IncomeQueueForm(request.GET or None)
    waiting: QuerySet[IncomeFile] = (
        IncomeFile.objects.visible_to(signed_in(request))
        .filter(checked_at__isnull=True, refused_at__isnull=True)
        .select_related("household", "proof")
        .prefetch_related("household__guardians")
        .order_by("declared_at", "pk")
    )
    if form.is_bound and form.is_valid():
        waiting = _filtered(waiting, form)
    page = page_of(request, waiting)
    return render(
        request,
        "families/income_queue.html",
        {
            "page_obj": page,
            "form": form,
            "filtered": any(request.GET.get(name) for name in form.fields),
            "may_vote": signed_in(request).has_role(*VOTERS),
        },
    )


def _filtered(waiting: QuerySet[IncomeFile], form: IncomeQueueForm) -> QuerySet[IncomeFile]:
    data = form.cleaned_data
    if data["q"].strip():
        found = search(data["q"])
        waiting = waiting.filter(household__in=found.households[:1000])
    if data["piece"]:
        waiting = waiting.filter(basis=data["piece"])
    if data["attente"]:
        before = clock.now() - dt.timedelta(days=int(data["attente"]))
        waiting = waiting.filter(declared_at__lt=before)
    return waiting


def _one(request: HttpRequest, pk: int) -> IncomeFile:
    found: IncomeFile = get_visible(
        IncomeFile.objects.select_related("household", "proof"),
        signed_in(request),
        pk=pk,
    )
    return found


def _check_form(file: IncomeFile, data: QueryDict | None = None) -> IncomeCheckForm:
    declared = clock.service_day(file.declared_at)
    return IncomeCheckForm(
        data,
        initial={
            "quotient": file.family_quotient,
            "source": file.basis,
            "valid_from": file.valid_from,
            "valid_until": end_of_validity(declared, terms_on(declared)),
        },
    )


@allow(*AGENTS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a declaration beside its proof and confirm it; the reading is journalled."""
    file = _one(request, pk)
    by = Actor.of(request)
    form = _check_form(file, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form.is_valid():
            try:
                check_income(by=by, file=file, **form.cleaned_data)
            except RuleBroken as broken:
                show_broken(form, broken)
            else:
                messages.success(request, _("Quotient enregistré ; la pièce est effacée."))
                return redirect("families:income_queue")
    else:
        record_read(by, "income", file, reason="check")
    return _sheet(request, file, form, IncomeRefuseForm())


def _sheet(
    request: HttpRequest, file: IncomeFile, form: IncomeCheckForm, refuse_form: IncomeRefuseForm
) -> HttpResponse:
    guardians = list(file.household.guardians.order_by("pk"))
    return render(
        request,
        "families/income_check.html",
        {"file": file, "form": form, "refuse_form": refuse_form, "guardians": guardians},
    )


@allow(*AGENTS)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a declaration down with a reason the family will read."""
    file = _one(request, pk)
    if request.method != "POST":  # the page of a refused form, opened again
        return redirect("families:income_check", pk=file.pk)
    form = IncomeRefuseForm(request.POST)
    if form.is_valid():
        try:
            refuse_income(by=Actor.of(request), file=file, **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("La famille est prévenue."))
            return redirect("families:income_queue")
    return _sheet(request, file, _check_form(file), form)


@allow(*VOTERS)
def rules(request: HttpRequest) -> HttpResponse:
    """Show what the council voted about quotients, and add what it votes next."""
    form = IncomeRuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_income_rule(by=Actor.of(request), **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("La règle est enregistrée."))
            return redirect("families:income_rules")
    found = list(IncomeRule.objects.all()[:50])
    today = clock.today()
    current = next((rule for rule in found if rule.valid_from <= today), None)
    return render(
        request,
        "families/income_rules.html",
        {"form": form, "rules": found, "current": current, "today": today},
    )
