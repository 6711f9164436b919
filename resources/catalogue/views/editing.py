"""The editor's side: lists by state, description, validation, withdrawal, journal."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from resources.catalogue import actions, extending, listing
from resources.catalogue.access import EDITORS
from resources.catalogue.forms import ResourceForm, WithdrawForm
from resources.catalogue.models import Resource

PAGE_SIZE = 25
_TONES = {"draft": "plain", "proposed": "warning", "validated": "success", "withdrawn": "urgent"}
_VERBS = {
    "resource.create": gettext_lazy("Créée"),
    "resource.edit": gettext_lazy("Modifiée"),
    "resource.validated": gettext_lazy("Validée"),
    "resource.withdrawn": gettext_lazy("Retirée"),
    "resource.draft": gettext_lazy("Remise en brouillon"),
    "resource.proposed": gettext_lazy("Proposée"),
}


@allow(*EDITORS)
def manage(request: HttpRequest) -> HttpResponse:
    """List resources in every state, by words and state, last changed first."""
    user = signed_in(request)
    filters = listing.filters_of(request.GET)
    words, state = filters["q"], filters["etat"]
    counts = dict(
        listing.matching(user, filters).order_by().values_list("state").annotate(n=Count("pk"))
    )
    listed = listing.listed(user, filters)
    rows = listed.select_related("pedagogical_type").prefetch_related("levels", "domains")
    page = Paginator(rows.order_by("-updated_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    tabs = [("", _("Toutes"), sum(counts.values()))]
    tabs += [(value, str(label), counts.get(value, 0)) for value, label in Resource.State.choices]
    return render(
        request,
        "catalogue/manage.html",
        {
            "page_obj": page,
            "tabs": tabs,
            "state": state,
            "q": words,
            "tones": _TONES,
            "tools": extending.tools(),
            "exports": extending.exports(filters),
        },
    )


@allow(*EDITORS)
def edit(request: HttpRequest, identifier: str | None = None) -> HttpResponse:
    """Describe a resource, new or known."""
    user = signed_in(request)
    known: Resource | None = None
    if identifier is not None:
        known = get_visible(Resource.objects, user, identifier=identifier)
    form = ResourceForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_resource(
                by=Actor.of(request),
                resource=known,
                facts=form.facts(),
                levels=form.cleaned_data["levels"],
                domains=form.cleaned_data["domains"],
                publisher=form.cleaned_data["publisher"],
                author=form.cleaned_data["author"],
            )
        except RuleBroken as broken:
            form.add_error(broken.field, broken.message)
        else:
            messages.success(request, _("La ressource est enregistrée."))
            return redirect("catalogue:edit", identifier=saved.identifier)
    return render(
        request,
        "catalogue/edit.html",
        {
            "form": form,
            "resource": known,
            "withdraw_form": WithdrawForm(),
            "tones": _TONES,
            "history": _history(known) if known else [],
        },
    )


def _history(resource: Resource) -> list[dict[str, object]]:
    """Return who did what to a resource, last first, for the timeline."""
    entries = (
        JournalEntry.objects.filter(
            subject_type=resource._meta.label_lower, subject_id=str(resource.pk)
        )
        .select_related("actor")
        .order_by("-at", "-pk")[:20]
    )
    return [
        {
            "title": str(_VERBS.get(entry.verb, entry.verb)),
            "at": entry.at,
            "by": str(entry.actor or _("le service")),
            "text": entry.reason,
            "state": "done",
        }
        for entry in entries
    ]


@allow(*EDITORS)
@require_POST
def move(request: HttpRequest, identifier: str) -> HttpResponse:
    """Validate, withdraw or send back a resource."""
    found = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    to = request.POST.get("to", "")
    try:
        actions.move_resource(
            by=Actor.of(request), resource=found, to=to, reason=request.POST.get("reason", "")
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C'est fait. Le catalogue se met à jour."))
    return redirect("catalogue:edit", identifier=identifier)
