"""Every address of the service, made callable: pages and API operations."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

#: Values that name nothing, one of which any converter or expression takes.
MADE_UP = (
    "00000000-0000-4000-8000-000000000000",
    "987654321",
    "2026-01-15",
    "2026",
    "1",
    "rien",
    "0990000X",
    "a",
    "xlsx",
    "pdf",
)


@dataclass(frozen=True)
class Page:
    """A URL pattern: its view, its name with namespaces, an address that reaches it."""

    name: str
    callback: Any
    route: str
    url: str


@dataclass(frozen=True)
class Call:
    """An API operation."""

    method: str
    url: str
    view: Any

    @property
    def name(self) -> str:
        return f"{self.method} {self.url}"


@cache
def pages() -> list[Page]:
    """List every URL pattern but those of the API."""
    found = []
    for name, pattern, route in _walk(get_resolver(), "", ""):
        if name.startswith("api:"):
            continue
        found.append(Page(name, pattern.callback, route, _address(name, pattern, route)))
    return found


def _walk(
    resolver: URLResolver, namespace: str, route: str
) -> Iterator[tuple[str, URLPattern, str]]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, here)
        else:
            yield f"{namespace}{entry.name or ''}", entry, here


def _address(name: str, pattern: URLPattern, route: str) -> str:
    names = list(
        dict.fromkeys(re.findall(r"<(?:\w+:)?(\w+)>", route) or pattern.pattern.regex.groupindex)
    )
    if not names and "\\" not in route:
        return "/" + re.sub(r"[\^$]", "", route)
    for values in itertools.product(MADE_UP, repeat=len(names)):
        try:
            return reverse(name, kwargs=dict(zip(names, values, strict=True)))
        except NoReverseMatch:
            continue
    raise AssertionError(f"no made-up value reaches {name!r} ({route}): extend MADE_UP")


@cache
def calls() -> list[Call]:
    """List every API operation."""
    from portal.api import api

    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            full = "/" + "/".join(
                part.strip("/") for part in ("api/v1", prefix, path) if part.strip("/")
            )
            full += "/" if path.endswith("/") and not full.endswith("/") else ""
            url = re.sub(r"\{(?:(\w+):)?(\w+)\}", _fill, full)
            for operation in view.operations:
                found.extend(Call(method, url, operation.view_func) for method in operation.methods)
    return found


def _fill(found: re.Match[str]) -> str:
    return {"uuid": MADE_UP[0], "int": MADE_UP[1], "date": MADE_UP[2]}.get(
        found[1] or "", MADE_UP[0]
    )
