"""The other parent: named, invited, joining."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.access import ANYONE, SIGNED_IN, allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families.actions import invitations
from families.actions.children import add_guardian, children_to_share
from families.forms.people import InviteForm, OtherGuardianForm
from families.models import Child, Guardian, Guardianship, Invitation
from families.views.base import household_required


@allow(SIGNED_IN)
@household_required
def add(request: HttpRequest, guardian: Guardian) -> HttpResponse:
    """Name the other guardian, and invite them if one has their address."""
    mine = list(Child.objects.of_guardian(signed_in(request)).order_by("birth_date", "pk"))
    if not mine:
        return redirect("families:child_add")
    children = children_to_share(guardian, mine)
    if not children:
        return render(request, "families/guardian_enough.html", {"children": mine})
    form = OtherGuardianForm(
        request.POST or None, children=[(c.reference, c.full_name) for c in children]
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            other = add_guardian(
                by=Actor.of(request),
                guardian=guardian,
                children=[c for c in children if c.reference in data["children"]],
                given_name=data["given_name"],
                family_name=data["family_name"],
                kind=data["kind"],
                same_household=data["home"] == "same",
            )
            if data["email"]:
                invitations.invite(by=Actor.of(request), guardian=other, email=data["email"])
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            _thank(request, other, invited=bool(data["email"]))
            return redirect("families:overview")
    return render(request, "families/guardian_add.html", {"form": form})


def _thank(request: HttpRequest, other: Guardian, *, invited: bool) -> None:
    name = {"name": other.full_name}
    if invited:
        messages.success(request, _("%(name)s va recevoir une invitation.") % name)
    else:
        messages.success(request, _("%(name)s est responsable avec vous.") % name)


def other_of(request: HttpRequest, guardian: Guardian, pk: int) -> Guardian:
    """Return another guardian of one's children, or answer 404."""
    shared = Guardianship.objects.current().filter(
        child__in=Child.objects.of_guardian(signed_in(request)).values("pk")
    )
    found = (
        Guardian.objects.filter(pk=pk, guardianships__in=shared)
        .exclude(pk=guardian.pk)
        .distinct()
        .first()
    )
    if found is None:
        raise Http404
    return found


@allow(SIGNED_IN)
@household_required
def invite(request: HttpRequest, guardian: Guardian, pk: int) -> HttpResponse:
    """Invite the other guardian of one's children to open their own access."""
    other = other_of(request, guardian, pk)
    before = Invitation.objects.filter(guardian=other, invited_by=signed_in(request), email__gt="")
    last = before.order_by("-created_at", "-pk").values_list("email", flat=True).first()
    form = InviteForm(request.POST or None, initial={"email": last or ""})
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite(
                by=Actor.of(request), guardian=other, email=form.cleaned_data["email"]
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            _thank(request, other, invited=True)
            return redirect("families:overview")
    return render(request, "families/invite.html", {"form": form, "other": other})


@allow(ANYONE)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation leads: sign in or up with the invited address, then join.

    A link that is not good any more gets one and the same answer, whatever the reason.
    """
    found = invitations.open_invitation(token)
    user = request.user
    if found is None:
        return render(request, "families/invitation_stale.html", status=410)
    if not isinstance(user, User):
        request.session["invitation"] = token
        here = reverse("families:invitation", args=[token])
        return render(request, "families/invitation.html", {"invitation": found, "here": here})
    if user.has_role(Role.PUPIL) or not invitations.is_for(found, user):
        return render(request, "families/invitation_other.html", status=403)
    if request.method == "POST":
        invitations.accept(by=Actor.of(request), token=token)
        request.session.pop("invitation", None)
        messages.success(request, _("Bienvenue ! Vos enfants sont sur cette page."))
        return redirect("families:overview")
    return render(
        request,
        "families/invitation_join.html",
        {"invitation": found, "children": invitations.children_of(found)},
    )
