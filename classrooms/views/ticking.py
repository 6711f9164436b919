"""Boxes of a long list ticked at once: all, none, or those of one kind.

Its links work without scripts: the page comes back with the boxes ticked. With scripts they
tick in place (``classrooms/ticking.js``), and what else was filled in stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

#: Name of the choice in addresses, and its values that are no kind.
PARAM, ALL, NONE = "cocher", "tout", "rien"
#: More kinds than this are no shortcut.
_MOST_KINDS = 6

#: Says of which kind a row is: a code and how it is called.
Kind = Callable[[Any], tuple[Any, Any]]


@dataclass(frozen=True)
class Tick:
    """How one row's box comes: ticked or not, and of which kinds it is."""

    on: bool
    kinds: str


@dataclass(frozen=True)
class Shortcut:
    """A link that ticks the boxes of one kind."""

    code: str
    label: str
    count: int
    href: str


@dataclass(frozen=True)
class Ticks:
    """The links above a list; there are none for a single box."""

    name: str
    count: int
    all: str
    none: str
    kinds: list[Shortcut]


def ticks(
    request: HttpRequest,
    name: str,
    rows: Iterable[Any],
    *,
    value: Callable[[Any], Any],
    by: Sequence[Kind] = (),
    start: bool = False,
    anchor: str = "",
) -> Ticks:
    """Give each row its ``tick`` and return the links above the list.

    ``name`` and ``value`` are those of the boxes: what was sent and is shown again keeps its
    ticks. ``start`` is how boxes come when nothing was asked; ``anchor`` where the list stands.
    A way of telling kinds is offered when it tells some apart, and not too many.
    """
    listed = list(rows)
    told = [[_coded(turn, kind(row)) for turn, kind in enumerate(by)] for row in listed]
    counts: list[Counter[tuple[str, str]]] = [
        Counter(kinds[turn] for kinds in told) for turn in range(len(by))
    ]
    asked = request.GET.get(PARAM, "")
    sent = set(request.POST.getlist(name)) if name in request.POST else None
    for row, kinds in zip(listed, told, strict=True):
        codes = [code for code, _label in kinds]
        if sent is not None:
            on = str(value(row)) in sent
        else:
            on = asked == ALL or asked in codes or (start and not asked)
        _give(row, Tick(on, " ".join(codes)))
    return Ticks(
        name,
        len(listed),
        _link(request, ALL, anchor),
        _link(request, NONE, anchor),
        [
            Shortcut(code, label, count, _link(request, code, anchor))
            for found in counts
            if 1 < len(found) <= _MOST_KINDS
            for (code, label), count in found.items()
        ],
    )


def _coded(turn: int, kind: tuple[Any, Any]) -> tuple[str, str]:
    code, label = kind
    return f"{turn}-{code}", str(label)


def _give(row: Any, tick: Tick) -> None:
    if isinstance(row, dict):
        row["tick"] = tick
    else:
        row.tick = tick


def _link(request: HttpRequest, choice: str, anchor: str) -> str:
    query = request.GET.copy()
    query[PARAM] = choice
    return f"?{query.urlencode()}{'#' if anchor else ''}{anchor}"
