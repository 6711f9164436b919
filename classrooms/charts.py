"""Numbers as drawings: widths of bars, computed here, drawn by templates.

Every drawing stands beside the table of its numbers, and carries no meaning by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """A piece of a bar: offset and width in percent of the whole drawing."""

    label: Any
    value: int
    offset: str
    width: str
    tone: str


@dataclass(frozen=True)
class Bar:
    """One line of a chart."""

    label: Any
    value: int
    parts: list[Part]


def percent(part: float, whole: float) -> str:
    """Write a share as SVG wants it: two decimals, a point, no sign."""
    return f"{100 * part / whole:.2f}" if whole else "0"


def bars(
    rows: Iterable[tuple[Any, Mapping[str, int]]], tones: Sequence[tuple[str, Any, str]]
) -> list[Bar]:
    """Lay out stacked bars on one common scale.

    ``rows`` are (label, value by key); ``tones`` are (key, label, tone) in stacking order.
    """
    lines = [(label, dict(values)) for label, values in rows]
    longest = max((sum(values.values()) for _, values in lines), default=0)
    found = []
    for label, values in lines:
        offset, parts = 0, []
        for key, name, tone in tones:
            value = values.get(key, 0)
            if value:
                parts.append(
                    Part(name, value, percent(offset, longest), percent(value, longest), tone)
                )
                offset += value
        found.append(Bar(label, offset, parts))
    return found
