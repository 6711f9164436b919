"""Searches that people keep: their page, keeping, letting go, ending a letter."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.access import ANYONE, allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from resources.catalogue import alerts, asking, indexing
from resources.catalogue.access import EDITORS, TEACHING
from resources.catalogue.models import SavedSearch


@allow(*TEACHING, *EDITORS)
def saved(request: HttpRequest) -> HttpResponse:
    """List the searches a person keeps."""
    user = signed_in(request)
    searches = SavedSearch.objects.visible_to(user)
    labels = asking.value_labels(indexing.term_labels())
    return render(
        request,
        "catalogue/saved.html",
        {
            "standings": alerts.standings(user, searches, labels),
            "frequencies": SavedSearch.Frequency.choices,
        },
    )


@allow(*TEACHING, *EDITORS)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a search, or change the name and rhythm of a kept one; go back to it."""
    query = alerts.canonical(QueryDict(request.POST.get("query", "")[:2000]))
    try:
        alerts.keep(
            by=Actor.of(request),
            user=signed_in(request),
            name=request.POST.get("name", ""),
            query=query,
            frequency=request.POST.get("frequency", ""),
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C’est gardé dans vos recherches."))
    if request.POST.get("from") == "list":
        return redirect("catalogue:saved")
    return redirect(f"{reverse('catalogue:search')}?{query}")


@allow(*TEACHING, *EDITORS)
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of a kept search."""
    search = get_visible(SavedSearch.objects, signed_in(request), pk=pk)
    alerts.forget(by=Actor.of(request), search=search)
    messages.success(request, _("Cette recherche n’est plus gardée."))
    return redirect("catalogue:saved")


@csrf_exempt  # the signed link is the right to do it, and mail programs post here (RFC 8058)
@allow(ANYONE)
def stop_alert(request: HttpRequest, token: str) -> HttpResponse:
    """End the letters about one search, from the letter itself: no sign-in, one press."""
    search = alerts.by_token(token)
    if search is None:
        raise Http404
    if request.method == "POST":
        alerts.stop(by=Actor(user=search.user), search=search)
    still = SavedSearch.objects.exclude(frequency="never").filter(pk=search.pk).exists()
    return render(request, "catalogue/stop_alert.html", {"search": search, "still": still})
