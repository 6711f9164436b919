"""Room on the catalogue's pages that apps above fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.panels import Panel, Room
from resources.catalogue.models import Resource

__all__ = ["Panel", "Room"]

_acts, _body, _sheet = Room(), Room(), Room()
_favourites, _results = Room(), Room()

#: Markup of a small button, or nothing.
CardAct = Callable[[HttpRequest, Resource], SafeString | str]
_card_acts: list[CardAct] = []

ResourceProvider = Callable[[HttpRequest, Resource], Panel | None]


def register_resource_acts(provider: ResourceProvider) -> None:
    """Add a button to the acts of a resource's page."""
    _acts.register(provider)


def register_resource_panel(provider: ResourceProvider) -> None:
    """Add a part to a resource's page, below its acts."""
    _body.register(provider)


def register_sheet_panel(provider: ResourceProvider) -> None:
    """Add a part to the page where a resource of ours is read."""
    _sheet.register(provider)


def register_card_acts(provider: CardAct) -> None:
    """Add a small button to a resource in a list.

    Called for every row of a page that must come fast: markup made in Python, and no query.
    """
    if provider not in _card_acts:
        _card_acts.append(provider)


def register_favourites_acts(provider: Callable[[HttpRequest, Any], Panel | None]) -> None:
    """Add a button to the page of what one keeps at hand; its subject is their page."""
    _favourites.register(provider)


def register_results_panel(provider: Callable[[HttpRequest, Any], Panel | None]) -> None:
    """Add a part below the results of a search."""
    _results.register(provider)


def results_panels(request: HttpRequest) -> list[Panel]:
    """Return the parts below the results of a search."""
    return _results.panels(request, None)


def card_acts(request: HttpRequest, resource: Resource) -> SafeString:
    """Return the small buttons of a resource in a list."""
    return format_html_join("", "{}", ((act(request, resource),) for act in _card_acts))


def favourites_acts(request: HttpRequest, page: Any) -> list[Panel]:
    """Return the buttons of the page of favourites."""
    return _favourites.panels(request, page)


def resource_acts(request: HttpRequest, resource: Resource) -> list[Panel]:
    """Return the buttons of a resource's page."""
    return _acts.panels(request, resource)


def resource_panels(request: HttpRequest, resource: Resource) -> list[Panel]:
    """Return the parts of a resource's page."""
    return _body.panels(request, resource)


def sheet_panels(request: HttpRequest, resource: Resource) -> list[Panel]:
    """Return the parts of the page where a resource is read."""
    return _sheet.panels(request, resource)
