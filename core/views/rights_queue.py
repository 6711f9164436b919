"""Requests about data, for the agents who answer them."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, journal
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from core.rights import asking, erasing
from core.rights.models import RightsRequest
from core.rights.registry import sections_for

AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


class AnswerForm(forms.Form):
    """The answer that the person will read."""

    answer = forms.CharField(
        label=gettext_lazy("Votre réponse, telle que la personne la lira"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@allow(*AGENTS)
def queue(request: HttpRequest) -> HttpResponse:
    """List requests, the most pressing first; answered ones on demand."""
    answered = request.GET.get("etat") == "repondues"
    found = RightsRequest.objects.visible_to(signed_in(request)).select_related("user")
    if answered:
        found = found.exclude(state=RightsRequest.OPEN).order_by("-answered_at", "-pk")
    else:
        found = found.filter(state=RightsRequest.OPEN).order_by("due_on", "pk")
    kind = request.GET.get("type", "")
    if kind in RightsRequest.Kind.values:
        found = found.filter(kind=kind)
    page = page_of(request, found)
    return render(
        request,
        "core/rights/queue.html",
        {"page_obj": page, "answered": answered, "kind": kind, "today": clock.today()},
    )


@allow(*AGENTS)
def handle(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer a request: corrected or not; erase after the preview of what goes and stays."""
    by = Actor.of(request)
    found: RightsRequest = get_visible(
        RightsRequest.objects.select_related("user", "answered_by"),
        signed_in(request),
        public_id=public_id,
    )
    act = request.POST.get("act", "")
    form = AnswerForm(request.POST if act in ("done", "refuse") else None)
    if request.method == "POST":
        try:
            if act == "erase":
                asking.erase(by=by, request=found)
                messages.success(request, _("Les données sont effacées, et la personne prévenue."))
                return redirect("rights_queue:list")
            if act in ("done", "refuse") and form.is_valid():
                asking.answer(
                    by=by, request=found, done=act == "done", text=form.cleaned_data["answer"]
                )
                messages.success(request, _("La réponse est envoyée."))
                return redirect("rights_queue:list")
        except RuleBroken as broken:
            messages.error(request, broken.message)
            found.refresh_from_db()
    is_open = found.state == RightsRequest.OPEN
    erasure = found.kind == RightsRequest.Kind.ERASURE
    if is_open and request.method == "GET":
        journal.record_read(by, "my_data", found.user, reason=found.kind)
    title = ""
    if found.section:
        titles = {s.code: str(s.title) for s in sections_for(found.user)}
        title = titles.get(found.section, "")
    return render(
        request,
        "core/rights/handle.html",
        {
            "found": found,
            "form": form,
            "is_open": is_open,
            "about": title,
            "plan": erasing.plan_for(found.user) if is_open and erasure else [],
        },
    )
