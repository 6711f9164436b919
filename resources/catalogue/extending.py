"""What apps above the catalogue add to its pages, which know none of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Link:
    """A link to a page of another app; ``view`` is its name with its namespace."""

    label: str | _StrPromise
    view: str
    icon: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)

    def url(self, params: Mapping[str, str] | None = None) -> str:
        """Return the address, with the parameters that are not empty."""
        given = {name: value for name, value in (params or {}).items() if value}
        address = reverse(self.view, kwargs=self.kwargs)
        return f"{address}?{urlencode(given)}" if given else address


@dataclass(frozen=True)
class Alternate:
    """Another form of a resource's notice; ``view`` takes its identifier."""

    content_type: str
    view: str
    label: str | _StrPromise


_tools: list[Link] = []
_exports: list[Link] = []
_alternates: list[Alternate] = []


def register_tools(*links: Link) -> None:
    """Add links for editors at the head of the management page."""
    _tools.extend(link for link in links if link not in _tools)


def register_exports(*links: Link) -> None:
    """Add forms in which the editor's list is taken out; its filters follow in the address."""
    _exports.extend(link for link in links if link not in _exports)


def register_alternates(*alternates: Alternate) -> None:
    """Add forms in which a resource's notice may be read by programs."""
    _alternates.extend(other for other in alternates if other not in _alternates)


def tools() -> list[dict[str, str]]:
    """Return the editor's further pages, ready to be shown."""
    return [
        {"label": str(link.label), "url": link.url(), "icon": link.icon or "chevron-right"}
        for link in _tools
    ]


def exports(params: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the links that take a list out, as it is filtered."""
    return [{"label": str(link.label), "url": link.url(params)} for link in _exports]


def alternates(identifier: str) -> list[dict[str, str]]:
    """Return the other forms of a resource's notice."""
    return [
        {
            "type": other.content_type,
            "url": reverse(other.view, args=[identifier]),
            "label": str(other.label),
        }
        for other in _alternates
    ]
