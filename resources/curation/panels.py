"""Room on a collection's page, which apps above fill."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from resources.catalogue.panels import Panel, Room
from resources.curation.models import Collection

_acts = Room()


def register_collection_acts(provider: Callable[[HttpRequest, Collection], Panel | None]) -> None:
    """Add a button to what staff may do with a collection they read."""
    _acts.register(provider)


def collection_acts(request: HttpRequest, collection: Collection) -> list[Panel]:
    """Return the buttons of a collection's page."""
    return _acts.panels(request, collection)
