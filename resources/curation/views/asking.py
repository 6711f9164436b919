"""Suggesting a resource, saying that one does not work."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.access import allow, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from core.paging import page_of
from resources.curation.access import CURATORS, READERS
from resources.curation.actions import asked as actions
from resources.curation.asked_forms import ProblemForm, SuggestionForm
from resources.curation.models import Problem, Suggestion
from resources.curation.views.parts import read_resource


@allow(*CURATORS)
@once
def suggest(request: HttpRequest) -> HttpResponse:
    """Propose a resource; what is here already is said at once. Below, what became of others."""
    user = signed_in(request)
    form = SuggestionForm(request.POST if request.method == "POST" else None)
    known = None
    if request.method == "POST":
        complete = form.is_valid()
        url = form.cleaned_data.get("url")
        known = actions.known(url, user) if url else None
        if known is None and complete:
            try:
                actions.suggest(by=Actor.of(request), **form.cleaned_data)
            except RuleBroken as broken:
                show_broken(form, broken)
            else:
                messages.success(request, _("Merci ! Les documentalistes vous répondront."))
                return redirect("curation:suggest")
        elif known is not None and known.waiting:
            form.add_error("url", _("Déjà proposée : un avis suivra."))
        elif known is not None:
            form.add_error("url", _("Déjà au catalogue."))
    own = Suggestion.objects.filter(suggested_by=user).select_related("resource", "domain")
    page = page_of(request, own.order_by("-suggested_at", "-pk"))
    return render(
        request, "curation/suggest.html", {"form": form, "known": known, "page_obj": page}
    )


@allow(*READERS)
def problem(request: HttpRequest, identifier: str) -> HttpResponse:
    """Say what is wrong with a resource."""
    user = signed_in(request)
    pupil = user.has_role(Role.PUPIL)
    resource = read_resource(user, identifier)
    own = Problem.objects.waiting().filter(resource=resource, reporter=user).first()
    initial = {"kind": own.kind, "text": own.text} if own else {}
    form = ProblemForm(
        request.POST if request.method == "POST" else None, pupil=pupil, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        actions.report(by=Actor.of(request), resource=resource, **form.cleaned_data)
        if pupil:
            messages.success(request, _("Merci ! Une grande personne va regarder."))
        else:
            messages.success(request, _("Merci ! Vous saurez quand ce sera réparé."))
        return redirect("catalogue:resource", identifier=identifier)
    return render(
        request,
        "curation/problem.html",
        {"form": form, "resource": resource, "is_pupil": pupil, "own": own},
    )
