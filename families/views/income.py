"""The family quotient, for parents: one clear state, and three ways to have one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock, documents
from core.access import SIGNED_IN, allow
from core.documents import Document
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families import quotient_provider
from families.actions.income import declare_income, declare_tax_income
from families.actions.quotients import ask_quotient
from families.forms.income import FetchForm, IncomeForm, TaxIncomeForm
from families.income.standing import standing_of
from families.income.terms import terms_on
from families.models import Guardian, IncomeFile
from families.quotient_provider import Identity
from families.views.base import household_required


@allow(SIGNED_IN)
@household_required
def income(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Say where one's quotient stands, what it means in euros, and what to do."""
    standing = standing_of(guardian.household, clock.today())
    template = "families/income.html"
    if request.headers.get("HX-Request") and "attente" in request.GET:
        template = "families/_income_asked.html"
    return render(
        request,
        template,
        {"standing": standing, "provider": quotient_provider.is_on()},
    )


def _keep(request: HttpRequest, form: forms.Form) -> Document:
    return documents.store(form.cleaned_data["proof"], by=Actor.of(request), kind="families.income")


def _page(request: HttpRequest, name: str, form: forms.Form, **more: Any) -> HttpResponse:
    return render(request, name, {"form": form, **more})


@allow(SIGNED_IN)
@household_required
def declare(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Declare the quotient that a CAF or MSA paper shows."""
    form = IncomeForm(request.POST or None, request.FILES or None, initial=_last(guardian))
    if request.method == "POST" and form.is_valid():
        try:
            declare_income(
                by=Actor.of(request),
                household=guardian.household,
                quotient=form.cleaned_data["quotient"],
                proof=_keep(request, form),
            )
        except RuleBroken as broken:
            show_broken(form, broken, otherwise="proof")
        else:
            messages.success(request, _("Merci. Un agent va vérifier votre attestation."))
            return redirect("families:income")
    return _page(request, "families/income_declare.html", form)


@allow(SIGNED_IN)
@household_required
def compute(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Have the quotient computed from a tax notice."""
    form = TaxIncomeForm(request.POST or None, request.FILES or None, initial=_last(guardian))
    if request.method == "POST" and form.is_valid():
        try:
            file = declare_tax_income(
                by=Actor.of(request),
                household=guardian.household,
                reference_income=form.cleaned_data["reference_income"],
                shares=form.cleaned_data["tax_shares"],
                proof=_keep(request, form),
            )
        except RuleBroken as broken:
            show_broken(form, broken, otherwise="proof")
        else:
            words = _("Merci. Votre quotient calculé est de %(q)s € ; un agent va le vérifier.")
            messages.success(request, words % {"q": file.family_quotient})
            return redirect("families:income")
    return _page(request, "families/income_compute.html", form, terms=terms_on(clock.today()))


def _last(guardian: Guardian) -> dict[str, Any]:
    """Return what the declaration that waits says, to be corrected."""
    waiting = IncomeFile.objects.filter(
        household=guardian.household, checked_at__isnull=True, refused_at__isnull=True
    ).first()
    if waiting is None:
        return {}
    return {
        "quotient": waiting.family_quotient,
        "reference_income": waiting.reference_income,
        "tax_shares": waiting.tax_shares,
    }


@allow(SIGNED_IN)
@household_required
def fetch(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Ask the CAF or the MSA for one's quotient, after consent."""
    if not quotient_provider.is_on():
        return redirect("families:income_declare")
    form = FetchForm(
        request.POST or None,
        initial={"given_names": guardian.given_name, "family_name": guardian.family_name},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        identity = Identity(
            family_name=data["family_name"],
            given_names=tuple(data["given_names"].replace(",", " ").split()),
            birth_date=data["birth_date"].isoformat(),
            sex=data["sex"],
            country=data["country"],
            commune=data["commune"],
            department=data["department"].upper(),
        )
        try:
            ask_quotient(by=Actor.of(request), guardian=guardian, identity=identity)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            return redirect("families:income")
    return _page(request, "families/income_fetch.html", form)
