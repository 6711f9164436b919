"""Who answers for a child: an agent adds somebody, changes what a link allows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.access import allow
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families.actions.links import add_responsible, change_link
from families.forms.situations import LinkForm, ResponsibleForm
from families.views.situations import AGENTS, child_of, open_link_of


@allow(*AGENTS)
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Make somebody responsible for a child, with a document in hand."""
    child = child_of(request, reference)
    form = ResponsibleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = add_responsible(
                by=Actor.of(request),
                child=child,
                given_name=data["given_name"],
                family_name=data["family_name"],
                reference=data["reference"],
                allowed=form.allowed(),
                parental_authority=data["parental_authority"],
                day=data["day"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(
                request,
                _("%(name)s est responsable. Les autres responsables sont prévenus.")
                % {"name": made.guardian.full_name},
            )
            return redirect("families:situation", reference=child.reference)
    return render(request, "families/situation_add.html", {"form": form, "child": child})


@allow(*AGENTS)
def change(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Change what somebody is to a child and what that allows, authority aside."""
    child = child_of(request, reference)
    found = open_link_of(request, child, pk)
    form = LinkForm(request.POST or None, link=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_link(
                by=Actor.of(request),
                child=child,
                guardian=found.guardian,
                allowed=form.allowed(),
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("C’est enregistré. Ce qui valait avant reste lisible."))
            return redirect("families:situation", reference=child.reference)
    return render(
        request, "families/situation_allowed.html", {"form": form, "child": child, "link": found}
    )
