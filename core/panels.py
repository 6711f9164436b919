"""Room on pages that apps above fill, so that no page has to know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


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
