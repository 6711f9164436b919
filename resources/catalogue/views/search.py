"""Searching the catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from resources.catalogue import alerts, asking, finding, missed, reasons, terms
from resources.catalogue.access import EDITORS, READERS, TEACHING, Window, near_levels, window_of
from resources.catalogue.models import Favourite, Resource, SavedSearch
from resources.search.engine import Answer, Ask
from resources.search.plan import RARE


class _Count:
    """A list of which only the length is known: pages link by it, the engine cuts."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, cut: slice) -> range:
        return range(self.length)[cut]


def favourite_keys(user: User, resources: list[Any]) -> set[int]:
    """Return which of some resources a person keeps at hand."""
    return set(
        Favourite.objects.filter(user=user, resource__in=[r.pk for r in resources]).values_list(
            "resource", flat=True
        )
    )


def _asked(request: HttpRequest, user: User, window: Window) -> tuple[Ask, int]:
    return asking.ask_of(request.GET, near_levels=near_levels(user), near_places=window.schools)


@allow(*READERS)
def search(request: HttpRequest) -> HttpResponse:
    """Show the search page, or only its results when htmx asks for them."""
    user = signed_in(request)
    window = window_of(user)
    ask, number = _asked(request, user, window)
    found = finding.find(ask, window)
    total = min(found.answer.total, asking.PAGE_SIZE * asking.MAX_PAGE)
    pages: Paginator[Any] = Paginator(_Count(total), asking.PAGE_SIZE)  # type: ignore[arg-type]
    if not found.resources and number > pages.num_pages:
        number = pages.num_pages
        found = finding.find(replace(ask, page=number), window)
    if _settled(request):
        missed.note(user=user, ask=ask, answer=found.answer)
    labels = asking.value_labels(terms.labels())
    pupil = user.has_role(Role.PUPIL)
    part = request.htmx and request.htmx.target == "resultats"  # type: ignore[attr-defined]
    context = {
        "is_part": part,
        "ask": ask,
        "answer": found.answer,
        "resources": found.resources,
        "favourites": favourite_keys(user, found.resources),
        "facets": asking.facets_of(request.GET, found.answer, ask, labels),
        "filters": asking.chosen_filters(request.GET, ask, found.answer, labels),
        "better": _better(ask, found.answer, window),
        "why": "" if pupil or found.answer.degraded else _why_query(request, ask, found.answer),
        "keepable": "" if pupil else alerts.canonical(request.GET),
        "frequencies": SavedSearch.Frequency.choices,
        "sorts": asking.SORT_LABELS,
        "sort": request.GET.get("tri", "pertinence"),
        "page_obj": pages.get_page(number),
        "is_pupil": pupil,
        "themes": [] if request.GET else _themes(found.answer.facets, labels),
        "is_start": not request.GET,
    }
    _pin(request, found.answer)
    template = "catalogue/_results.html" if part else "catalogue/search.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _settled(request: HttpRequest) -> bool:
    """Tell whether the words are whole, and not a stage of typing: our script says so."""
    if not request.htmx:  # type: ignore[attr-defined]
        return True
    return request.headers.get("X-Search-Settled") == "1"


def _better(ask: Ask, answer: Answer, window: Window) -> str:
    """Return what was probably meant, where next to nothing answers every word."""
    if not ask.text or ask.literal or answer.corrected or answer.exact > RARE:
        return ""
    return finding.better(ask, window)


def _why_query(request: HttpRequest, ask: Ask, answer: Answer) -> str:
    """Return what to ask the page of reasons; empty where the order needs none."""
    if not ask.text or ask.sort != "relevance":
        return ""
    asked = request.GET.copy()
    asked["etat"] = answer.edition
    return asked.urlencode()


def _pin(request: HttpRequest, answer: Answer) -> None:
    """Have the links to other pages name the version of the index this page comes from."""
    if answer.edition:
        pinned = request.GET.copy()
        pinned["etat"] = answer.edition
        request.GET = pinned  # type: ignore[assignment]


@allow(*TEACHING, *EDITORS)
def why(request: HttpRequest, identifier: str) -> HttpResponse:
    """Say why a resource stands among the answers to a question: a page, or a piece for htmx."""
    user = signed_in(request)
    resource = get_visible(Resource.objects.all(), user, identifier=identifier)
    window = window_of(user)
    ask, _number = _asked(request, user, window)
    explanation = finding.explain(ask, resource, window)
    context = {
        "resource": resource,
        "ask": ask,
        "reasons": reasons.reasons_for(explanation, resource) if explanation else [],
        "back": f"{reverse('catalogue:search')}?{request.GET.urlencode()}",
    }
    part = request.htmx  # type: ignore[attr-defined]
    return render(request, "catalogue/_why.html" if part else "catalogue/why.html", context)


def _themes(facets: Any, labels: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Return the widest domains with something to open, for browsing by pictures."""
    counts = facets.get("domain", {})
    return [
        {"code": code, "label": label, "count": counts[code]}
        for code, label in labels["domain"].items()
        if "." not in code and counts.get(code)
    ]


@allow(*READERS)
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer with titles for what is being typed."""
    window = window_of(signed_in(request))
    found = finding.suggest(request.GET.get("q", "")[:100], window)
    return JsonResponse({"suggestions": [suggestion.title for suggestion in found]})
