"""Making a household, and the page "Ma famille"."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.access import ANYONE, SIGNED_IN, allow, signed_in
from core.accounts.models import CivilIdentity, User
from core.accounts.roles import Role
from core.acting import Scope, opens, reaches
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families import queries
from families.actions.household import Address, make_household, update_contact
from families.actions.invitations import open_invitation
from families.actions.moves import change_address, waiting_move
from families.child_facts import facts_of
from families.forms.address import AddressForm, MoveForm
from families.forms.people import AboutYouForm, ContactForm
from families.models import Child, Guardian, HomeAddress, IncomeFile
from families.overview import other_guardians, tasks_of
from families.streets import find_streets
from families.views.base import household_required, next_url, own_guardian


@allow(SIGNED_IN)
@household_required
def overview(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Show every child with school, class and what is pending, and the household."""
    user = signed_in(request)
    children = list(Child.objects.of_guardian(user).order_by("birth_date", "pk"))
    facts = facts_of(children, user)
    others = other_guardians(children, guardian)
    income = (
        IncomeFile.objects.visible_to(user)
        .filter(household=guardian.household)
        .order_by("-pk")
        .first()
    )
    return render(
        request,
        "families/overview.html",
        {
            "guardian": guardian,
            "household": guardian.household,
            "children": [(child, facts.get(child.pk, [])) for child in children],
            "others": others,
            "income": income,
            "sees_income": reaches(user, Scope.INCOME),
            "proposals": queries.proposals_to(guardian) if reaches(user, Scope.PAYMENTS) else [],
            "tasks": [
                task
                for task in tasks_of(guardian, children, others, income)
                if opens(user, str(task["url"]))
            ],
        },
    )


@allow(SIGNED_IN)
def setup(request: HttpRequest) -> HttpResponse:
    """First page for a parent: who she is; the household exists from then on."""
    user = signed_in(request)
    if user.has_role(Role.PUPIL):
        raise PermissionDenied
    if own_guardian(request) is not None:
        return redirect("families:overview")
    token = request.session.pop("invitation", "")
    if token and open_invitation(token):
        return redirect("families:invitation", token=token)
    form = AboutYouForm(request.POST or None, initial=_known_names(user))
    if request.method == "POST" and form.is_valid():
        make_household(
            by=Actor.of(request),
            address=Address(None),
            city=settings.CITY_NAME,
            **form.cleaned_data,
        )
        return redirect(f"{reverse('families:address')}?next={reverse('families:child_add')}")
    return render(request, "families/setup.html", {"form": form})


def _known_names(user: User) -> dict[str, str]:
    """Start with what the account says, or better with a verified civil status."""
    civil = CivilIdentity.objects.filter(user=user).first()
    if civil is None:
        return {"given_name": user.given_name, "family_name": user.family_name}
    return {
        "given_name": user.given_name,
        "family_name": civil.family_name,
        "used_name": civil.preferred_name,
    }


@allow(SIGNED_IN)
@household_required
def contact(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Change name in daily life, phone and language."""
    form = ContactForm(
        request.POST or None,
        initial={
            "used_name": guardian.used_name,
            "phone": guardian.phone,
            "language": guardian.language,
        },
    )
    if request.method == "POST" and form.is_valid():
        update_contact(by=Actor.of(request), guardian=guardian, **form.cleaned_data)
        messages.success(request, _("Vos coordonnées sont à jour."))
        return redirect("families:overview")
    return render(request, "families/contact.html", {"form": form, "guardian": guardian})


@allow(SIGNED_IN)
@household_required
def address(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Give or change the household's address: search the street, then choose it."""
    household = guardian.household
    shared = household.guardians.exclude(pk=guardian.pk).exists()
    declared = bool(household.address_lines)
    back = next_url(request, reverse("families:overview"))
    options = {"shared": shared and declared, "declared": declared}
    if request.method == "POST":
        form = MoveForm(request.POST, **options)
        if not form.searching and form.is_valid():
            try:
                home = change_address(
                    by=Actor.of(request),
                    guardian=guardian,
                    address=form.address(),
                    city=settings.CITY_NAME,
                    alone=form.cleaned_data.get("who") == "alone",
                    starts_on=form.cleaned_data.get("starts_on"),
                )
            except RuleBroken as broken:
                show_broken(form, broken)
            else:
                return _after_move(request, home, back)
    else:
        form = MoveForm(initial=AddressForm.initial_of(household), **options)
    return render(
        request,
        "families/address.html",
        {
            "form": form,
            "next": back,
            "declared": declared,
            "household": household,
            "first_visit": not declared and back == reverse("families:child_add"),
            "waiting": waiting_move(guardian),
            "others": household.guardians.exclude(pk=guardian.pk)
            .filter(merged_into=None, died_on=None)
            .order_by("pk"),
        },
    )


def _after_move(request: HttpRequest, home: HomeAddress, back: str) -> HttpResponse:
    """Say what was recorded, then ask about school if somebody is to be asked."""
    if home.applied_at is None:
        day = date_format(home.starts_on, "j F Y")
        messages.success(
            request, _("Votre déménagement est annoncé pour le %(day)s.") % {"day": day}
        )
        return redirect(back)
    messages.success(request, _("Votre adresse est enregistrée."))
    asked = home.questions.filter(answer="").exists()
    return redirect("families:school_after_move" if asked else back)


@allow(ANYONE)
def streets(request: HttpRequest) -> HttpResponse:
    """Suggest streets while one types; a fragment for htmx, public as the register is."""
    query = request.GET.get("street_query", "")[:120]
    return render(
        request,
        "families/_streets.html",
        {
            "candidates": find_streets(query),
            "query": query,
            "chosen": request.GET.get("street", ""),
            "with_other": request.GET.get("with_other") == "1",
        },
    )
