"""Which resources an editor's list holds: the same for the page and for what is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from core.accounts.models import User
from resources.catalogue.models import Resource
from resources.search.analysis import stems

#: Parameters of the list's address that filter it.
FILTERS = ("q", "etat")


def filters_of(params: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address, trimmed; unknown states are left out."""
    state = params.get("etat", "")
    return {
        "q": params.get("q", "").strip()[:100],
        "etat": state if state in Resource.State.values else "",
    }


def matching(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Return what ``user`` may see of the resources that hold the words, in any state."""
    found: QuerySet[Any] = Resource.objects.visible_to(user)
    for stem in stems(filters.get("q", "")):
        found = found.filter(search_text__contains=f" {stem}")
    return found


def listed(user: User, filters: Mapping[str, str]) -> QuerySet[Any]:
    """Return the resources of the list, in no order yet."""
    found = matching(user, filters)
    return found.filter(state=filters["etat"]) if filters.get("etat") else found
