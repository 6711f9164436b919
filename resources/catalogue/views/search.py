"""Searching the catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from core.access import allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from resources.catalogue import asking, finding
from resources.catalogue.access import READERS, near_levels, window_of
from resources.catalogue.indexing import term_labels
from resources.catalogue.models import Favourite


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


@allow(*READERS)
def search(request: HttpRequest) -> HttpResponse:
    """Show the search page, or only its results when htmx asks for them."""
    user = signed_in(request)
    ask, number = asking.ask_of(request.GET, near_levels=near_levels(user))
    window = window_of(user)
    found = finding.find(ask, window)
    total = min(found.answer.total, asking.PAGE_SIZE * asking.MAX_PAGE)
    pages: Paginator[Any] = Paginator(_Count(total), asking.PAGE_SIZE)  # type: ignore[arg-type]
    if not found.resources and number > pages.num_pages:
        number = pages.num_pages
        found = finding.find(replace(ask, page=number), window)
    terms = term_labels()
    labels = asking.value_labels(terms)
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
        "sorts": asking.SORT_LABELS,
        "sort": request.GET.get("tri", "pertinence"),
        "page_obj": pages.get_page(number),
        "is_pupil": pupil,
        "themes": [] if request.GET else _themes(found.answer.facets, labels),
        "is_start": not request.GET,
    }
    template = "catalogue/_results.html" if part else "catalogue/search.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


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
