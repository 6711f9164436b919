"""Room on pages that apps above fill, so that no page has to know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from resources.catalogue.models import Resource


@dataclass(frozen=True)
class Panel:
    """A part of a page: a template, which reads ``panel`` as its values; lower order first."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100


class Room:
    """A place on a page; apps register, from ``AppConfig.ready``, what to put there."""

    def __init__(self) -> None:
        self._providers: list[Callable[[HttpRequest, Any], Panel | None]] = []

    def register(self, provider: Callable[[HttpRequest, Any], Panel | None]) -> None:
        """Add a function of the request and the page's subject: a panel, or None to stay away."""
        if provider not in self._providers:
            self._providers.append(provider)

    def panels(self, request: HttpRequest, subject: Any) -> list[Panel]:
        """Return what apps put here for whoever is asking, in order."""
        given = (provider(request, subject) for provider in self._providers)
        return sorted(
            (panel for panel in given if panel is not None), key=lambda panel: panel.order
        )


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
