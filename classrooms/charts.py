"""Numbers as drawings: widths of bars and places on a map, computed here, drawn by templates.

Every drawing stands beside the table of its numbers, and carries no meaning by colour alone.
"""

from __future__ import annotations

import math
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


@dataclass(frozen=True)
class Dot:
    """A school on the map, in the drawing's own units; ``corner_*`` for a square one."""

    x: str
    y: str
    corner_x: str
    corner_y: str
    row: Any


@dataclass(frozen=True)
class Map:
    """Schools on a flat map. ``width`` and ``height`` are the drawing's units.

    Discs of radius ``land`` around every school run together into the city's shape.
    """

    width: int
    height: int
    dots: list[Dot]
    radius: str = "5"
    side: str = "8"
    land: str = "40"


def map_of(rows: Iterable[tuple[float | None, float | None, Any]], width: int = 900) -> Map:
    """Place (latitude, longitude, row) on a map that keeps distances true around its middle.

    Rows without a place are left out: the list beside the map holds them.
    """
    known = [(lat, lon, row) for lat, lon, row in rows if lat is not None and lon is not None]
    if not known:
        return Map(width, width // 2, [])
    north, south = max(lat for lat, _, _ in known), min(lat for lat, _, _ in known)
    east, west = max(lon for _, lon, _ in known), min(lon for _, lon, _ in known)
    squeeze = math.cos(math.radians((north + south) / 2))
    margin = 30
    across, along = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = (width - 2 * margin) / across
    height = round(along * scale) + 2 * margin
    if height > width * 0.52:
        height = round(width * 0.52)
        scale = min(scale, (height - 2 * margin) / along)
    shift = (width - across * scale) / 2
    radius = 9.0 if len(known) < 40 else 4.4
    side = radius * 1.6
    dots = []
    for lat, lon, row in sorted(known, key=lambda place: -place[0]):
        x, y = shift + (lon - west) * squeeze * scale, margin + (north - lat) * scale
        corner_x, corner_y = x - side / 2, y - side / 2
        dots.append(Dot(f"{x:.1f}", f"{y:.1f}", f"{corner_x:.1f}", f"{corner_y:.1f}", row))
    land = 1.05 * (across * along / len(known)) ** 0.5 * scale
    return Map(width, max(height, 160), dots, f"{radius:.1f}", f"{side:.1f}", f"{land:.0f}")
