"""Pages about one child, the other parent and who may collect."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import SIGNED_IN, allow, get_visible, signed_in
from core.acting import Scope, reaches
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families import queries
from families.actions import children as acts
from families.care_summary import care_of
from families.child_facts import facts_of
from families.forms.care import ContactPersonForm
from families.forms.people import ChildForm, NewChildForm
from families.models import Child, Guardian, Guardianship, PickupContact
from families.overview import other_guardians
from families.views.base import household_required, next_url, own_child


@allow(SIGNED_IN)
@household_required
def add(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Add a child to the family."""
    back = next_url(request, "")
    children = list(Child.objects.of_guardian(signed_in(request)).order_by("birth_date", "pk"))
    name = children[-1].family_name if children else guardian.family_name
    form = NewChildForm(request.POST or None, initial={"family_name": name})
    if request.method == "POST" and form.is_valid():
        try:
            child = acts.add_child(by=Actor.of(request), guardian=guardian, **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(
                request, _("%(name)s fait partie de votre famille.") % {"name": child.given_name}
            )
            if "again" in request.POST:
                return redirect("families:child_add")
            return redirect(back or reverse("families:overview"))
    return render(
        request,
        "families/child_add.html",
        {
            "form": form,
            "next": back,
            "children": children,
            "first_visit": not children and not back,
        },
    )


@allow(SIGNED_IN)
@household_required
def detail(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Show a child: school, guardians, who pays, who may collect."""
    child = own_child(request, reference)
    user = signed_in(request)
    rule, proposal = queries.rules_of(child, clock.today())
    return render(
        request,
        "families/child.html",
        {
            "child": child,
            "guardian": guardian,
            "facts": facts_of([child], user).get(child.pk, []),
            "link": Guardianship.objects.current().get(child=child, guardian=guardian),
            "others": other_guardians([child], guardian),
            "rule": rule,
            "proposal": proposal,
            "unanswered": queries.unanswered(proposal) if proposal else [],
            "payers_asked": [share.guardian for share in proposal.shares.all()] if proposal else [],
            "coming": queries.coming_rules(child, clock.today()),
            "sees_money": reaches(user, Scope.PAYMENTS),
            "payers": queries.payers_of(child, clock.today()),
            "care": care_of(child, guardian, user),
        },
    )


@allow(SIGNED_IN)
@household_required
def edit(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Correct a child's name or birth date, while no school has relied on them."""
    child = own_child(request, reference)
    form = ChildForm(
        request.POST or None,
        initial={
            "given_name": child.given_name,
            "family_name": child.family_name,
            "used_name": child.used_name,
            "birth_date": child.birth_date,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            acts.edit_child(by=Actor.of(request), child=child, **form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Les informations sont à jour."))
            return redirect("families:child", reference=child.reference)
    return render(request, "families/child_edit.html", {"form": form, "child": child})


@allow(SIGNED_IN)
@household_required
@require_POST
def remove(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Take back a child added by mistake."""
    child = own_child(request, reference)
    name = child.given_name
    try:
        acts.remove_child(by=Actor.of(request), guardian=guardian, child=child)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("families:report", reference=child.reference)
    messages.success(request, _("%(name)s n’est plus dans votre dossier.") % {"name": name})
    return redirect("families:overview")


@allow(SIGNED_IN)
@household_required
@require_POST
def link(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Say whether the child lives with me and whether I want messages."""
    child = own_child(request, reference)
    acts.update_own_link(
        by=Actor.of(request),
        guardian=guardian,
        child=child,
        lives_with="lives_with" in request.POST,
        receives_messages="receives_messages" in request.POST,
    )
    messages.success(request, _("C’est noté."))
    return redirect("families:child", reference=child.reference)


@allow(SIGNED_IN)
@household_required
def pickup_add(request: HttpRequest, guardian: Guardian, reference: str) -> HttpResponse:
    """Let somebody else collect the child."""
    child = own_child(request, reference)
    form = ContactPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contact = acts.add_pickup_contact(
            by=Actor.of(request), guardian=guardian, child=child, **form.cleaned_data
        )
        messages.success(
            request,
            _("%(name)s peut venir chercher %(child)s.")
            % {"name": contact.name, "child": child.given_name},
        )
        return redirect("families:child", reference=child.reference)
    return render(request, "families/pickup_add.html", {"form": form, "child": child})


@allow(SIGNED_IN)
@household_required
@require_POST
def pickup_end(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Take back the permission to collect."""
    own_child(request, request.POST.get("child", ""))
    contact: PickupContact = get_visible(
        PickupContact.objects.filter(child__reference=request.POST.get("child", "")),
        signed_in(request),
        pk=pk,
    )
    acts.end_pickup_contact(by=Actor.of(request), contact=contact)
    messages.success(
        request, _("%(name)s ne peut plus venir le ou la chercher.") % {"name": contact.name}
    )
    return redirect("families:child", reference=contact.child.reference)
