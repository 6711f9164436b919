"""Who answers for a child: an agent adds somebody, changes what a link allows."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from families.actions.links import add_responsible, change_link
from families.forms.situations import LinkForm, ResponsibleForm
from families.models import Child, Guardianship
from families.views.situations import AGENTS


@allow(*AGENTS)
def add(request: HttpRequest, reference: str) -> HttpResponse:
    """Make somebody responsible for a child, with a document in hand."""
    child: Child = get_visible(Child.objects, signed_in(request), reference=reference)
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
    child: Child = get_visible(Child.objects, signed_in(request), reference=reference)
    found = (
        Guardianship.objects.visible_to(signed_in(request))
        .filter(child=child, guardian=pk, ends_on__isnull=True)
        .select_related("guardian")
        .first()
    )
    if found is None:
        raise Http404
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
