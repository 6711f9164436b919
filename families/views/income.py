"""The family quotient: a household declares it, an agent checks it."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, documents
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, record_read
from families import queries
from families.actions.income import check_income, declare_income, refuse_income
from families.forms.money import IncomeCheckForm, IncomeForm, IncomeRefuseForm
from families.models import Guardian, IncomeFile
from families.views.base import household_required

AGENTS = (Role.ENROLMENT_AGENT, Role.REVENUE_OFFICER)


@allow(SIGNED_IN)
@household_required
def declare(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Declare the quotient with its proof, and see what counts today."""
    form = IncomeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        try:
            proof = documents.store(form.cleaned_data["proof"], by=by, kind="families.income")
            declare_income(
                by=by,
                household=guardian.household,
                quotient=form.cleaned_data["quotient"],
                proof=proof,
            )
        except RuleBroken as broken:
            field = broken.field if broken.field in form.fields else "proof"
            form.add_error(field, broken.message)
        else:
            messages.success(request, _("Merci. Un agent va vérifier votre attestation."))
            return redirect("families:income")
    files = IncomeFile.objects.filter(household=guardian.household).order_by("-pk")
    return render(
        request,
        "families/income.html",
        {
            "form": form,
            "files": files[:6],
            "today": queries.quotient_of(guardian.household, clock.today()),
        },
    )


@allow(*AGENTS)
def queue(request: HttpRequest) -> HttpResponse:
    """List the declarations to check, oldest first."""
    waiting = (
        IncomeFile.objects.visible_to(signed_in(request))
        .filter(checked_at__isnull=True, refused_at__isnull=True)
        .select_related("household")
        .prefetch_related("household__guardians")
        .order_by("declared_at", "pk")
    )
    page = Paginator(waiting, 25).get_page(request.GET.get("page"))
    return render(request, "families/income_queue.html", {"page_obj": page})


def _one(request: HttpRequest, pk: int) -> IncomeFile:
    found: IncomeFile = get_visible(
        IncomeFile.objects.select_related("household", "proof"),
        signed_in(request),
        pk=pk,
    )
    return found


@allow(*AGENTS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a declaration beside its proof and confirm it; the reading is journalled."""
    file = _one(request, pk)
    by = Actor.of(request)
    school_year = clock.school_year_of(clock.today())
    form = IncomeCheckForm(
        request.POST or None,
        initial={
            "quotient": file.family_quotient,
            "source": IncomeFile.Source.CAF,
            "valid_from": file.valid_from,
            "valid_until": dt.date(school_year + 1, 8, 31),
        },
    )
    if request.method == "POST":
        if form.is_valid():
            try:
                check_income(by=by, file=file, **form.cleaned_data)
            except RuleBroken as broken:
                form.add_error(broken.field, broken.message)
            else:
                messages.success(request, _("Quotient enregistré ; l'attestation est effacée."))
                return redirect("families:income_queue")
    else:
        record_read(by, "income", file, reason="check")
    return render(
        request,
        "families/income_check.html",
        {"file": file, "form": form, "refuse_form": IncomeRefuseForm()},
    )


@allow(*AGENTS)
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a declaration down with a reason the family will read."""
    file = _one(request, pk)
    form = IncomeRefuseForm(request.POST)
    if form.is_valid():
        refuse_income(by=Actor.of(request), file=file, reason=form.cleaned_data["reason"])
        messages.success(request, _("La famille est prévenue."))
        return redirect("families:income_queue")
    messages.error(request, _("Écrivez le motif du refus."))
    return redirect("families:income_check", pk=pk)
