"""The editor's list of addresses that moved or died, with what to do about each."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from core.queueing import later
from resources.catalogue import links
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource

PAGE_SIZE = 10


@allow(*EDITORS)
def review(request: HttpRequest) -> HttpResponse:
    """List what should be looked at, each with what could stand in for it."""
    visible = Resource.objects.visible_to(signed_in(request))
    state = request.GET.get("lien", "")
    rows = links.to_review(state).filter(pk__in=visible.values("pk"))
    page = page_of(request, rows.prefetch_related("levels", "domains"), PAGE_SIZE)
    counts = dict(links.to_review().order_by().values_list("link_state").annotate(n=Count("pk")))
    tabs = [("", _("Tous"), sum(counts.values()))]
    tabs += [
        (str(code), str(code.label), counts.get(code, 0))
        for code in (links.State.BROKEN, links.State.MOVED)
    ]
    others = links.replacements(row for row in page if row.link_state == links.State.BROKEN)
    listed = [{"resource": row, "other": others.get(row.pk)} for row in page]
    context = {"page_obj": page, "listed": listed, "tabs": tabs, "state": state}
    return render(request, "catalogue/links.html", context)


@allow(*EDITORS)
@require_POST
def act(request: HttpRequest, identifier: str) -> HttpResponse:
    """Adopt the new address, or have it asked again now."""
    found: Resource = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    if request.POST.get("do") == "adopt":
        try:
            links.adopt(by=Actor.of(request), resource=found)
        except RuleBroken as broken:
            messages.error(request, broken.message)
        else:
            messages.success(request, _("La nouvelle adresse est enregistrée."))
    else:
        later("catalogue.check_link", found.pk)
        messages.success(request, _("Le lien va être vérifié. Revenez dans une minute."))
    return redirect("catalogue:links")
