"""A child's care, as parents say it: whom to call, who collects, pictures, health and meals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import documents
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families.actions import care, health
from families.care_summary import health_of, people_to_call, photo_lines
from families.forms.care import AllergiesForm, ContactPersonForm, PhotosForm, PlanForm
from families.models import (
    Child,
    EmergencyContact,
    Guardian,
    HealthCarePlan,
    PickupContact,
)
from families.views.base import household_required, own_child


def _own(request: HttpRequest, queryset: Any, pk: int) -> Any:
    """Fetch a fact about one of the person's own children, whatever other posts they hold."""
    mine = Child.objects.of_guardian(signed_in(request))
    return get_visible(queryset.filter(child__in=mine.values("pk")), signed_in(request), pk=pk)


def _edit(
    request: HttpRequest,
    guardian: Guardian,
    contact: PickupContact | EmergencyContact,
    edit: Callable[..., object],
    back: HttpResponse,
) -> HttpResponse:
    """Correct somebody around a child, whom only the parent who named them may."""
    if contact.added_by_id != guardian.pk:
        # Their telephone is the other parent's to know.
        return back
    initial = {name: getattr(contact, name) for name in ("name", "relation", "phone")}
    form = ContactPersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            edit(by=Actor.of(request), guardian=guardian, contact=contact, **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("C’est noté."))
            return back
    context = {"form": form, "child": contact.child, "contact": contact}
    return render(request, "families/contact_edit.html", context)


@allow(SIGNED_IN)
@household_required
def pickup_edit(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Correct somebody who may collect a child."""
    contact: PickupContact = _own(request, PickupContact.objects.select_related("child"), pk)
    back = redirect("families:child", reference=contact.child.reference)
    return _edit(request, guardian, contact, care.edit_pickup_contact, back)


@allow(SIGNED_IN)
@household_required
def emergency(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Show whom the school calls, and add somebody."""
    child = own_child(request, reference)
    form = ContactPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = care.add_emergency_contact(
                by=Actor.of(request), guardian=guardian, child=child, **form.cleaned_data
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("L’école peut appeler %(name)s.") % {"name": added.name})
            return redirect("families:emergency", reference=child.reference)
    links, contacts = people_to_call(child)
    return render(
        request,
        "families/emergency.html",
        {
            "form": form,
            "child": child,
            "guardian": guardian,
            "links": links,
            "contacts": contacts,
            "full": len(contacts) >= care.MOST_CONTACTS,
        },
    )


@allow(SIGNED_IN)
@household_required
def emergency_edit(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Correct somebody to call."""
    contact: EmergencyContact = _own(request, EmergencyContact.objects.select_related("child"), pk)
    back = redirect("families:emergency", reference=contact.child.reference)
    return _edit(request, guardian, contact, care.edit_emergency_contact, back)


@allow(SIGNED_IN)
@household_required
@require_POST
def emergency_end(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Take somebody off the list of people to call."""
    contact: EmergencyContact = _own(request, EmergencyContact.objects.select_related("child"), pk)
    care.end_emergency_contact(by=Actor.of(request), contact=contact)
    messages.success(request, _("L’école n’appellera plus %(name)s.") % {"name": contact.name})
    return redirect("families:emergency", reference=contact.child.reference)


@allow(SIGNED_IN)
@household_required
def photos(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Say yes or no for each use of a child's pictures; changed at any time."""
    child = own_child(request, reference)
    lines = photo_lines([child], guardian)[child.pk]
    initial = {line.use: "yes" if line.mine else "no" for line in lines if line.mine is not None}
    form = PhotosForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        care.answer_photos(
            by=Actor.of(request), guardian=guardian, child=child, answers=form.answers()
        )
        messages.success(request, _("Vos réponses sont enregistrées."))
        return redirect("families:photos", reference=child.reference)
    return render(request, "families/photos.html", {"form": form, "child": child, "lines": lines})


@allow(SIGNED_IN)
@household_required
def health_page(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Show the care plan; tell allergies."""
    child = own_child(request, reference)
    told = health_of(child)
    initial = {}
    if told.allergy is not None:
        initial = {
            "allergens": told.allergy.allergens,
            "other_foods": told.allergy.other_foods,
        }
    form = AllergiesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        health.tell_allergies(
            by=Actor.of(request), guardian=guardian, child=child, **form.cleaned_data
        )
        messages.success(request, _("C’est noté."))
        return redirect("families:health", reference=child.reference)
    return render(
        request,
        "families/health.html",
        {
            "form": form,
            "child": child,
            "health": told,
            "stay_ends": health.end_of_stay(child),
        },
    )


@allow(SIGNED_IN)
@household_required
def plan(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Hand in a care plan, or hand it in again."""
    child = own_child(request, reference)
    known = health_of(child)
    before = known.to_confirm or known.plan
    names = ("allergens", "instructions", "emergency_kit", "brings_packed_lunch")
    initial = {name: getattr(before, name) for name in names} if before else {}
    form = PlanForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        by, data = Actor.of(request), dict(form.cleaned_data)
        try:
            page = documents.store(data.pop("pages"), by=by, kind="families.health_plan")
            health.hand_in_plan(by=by, guardian=guardian, child=child, pages=[page], **data)
        except RuleBroken as broken:
            show_broken(form, broken, otherwise="pages")
        else:
            messages.success(
                request, _("Merci. L’école en est informée et va confirmer le document.")
            )
            return redirect("families:health", reference=child.reference)
    return render(request, "families/plan.html", {"form": form, "child": child, "before": before})


@allow(SIGNED_IN)
@household_required
@require_POST
def plan_withdraw(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Take a care plan back, or end it today."""
    found: HealthCarePlan = _own(request, HealthCarePlan.objects.select_related("child"), pk)
    health.withdraw_plan(by=Actor.of(request), plan=found)
    messages.success(request, _("Le PAI n’est plus en vigueur."))
    return redirect("families:health", reference=found.child.reference)
