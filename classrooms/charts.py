"""Numbers as drawings: widths of bars and places on a map, computed here, drawn by templates.

Every drawing stands beside the table of its numbers, and carries no meaning by colour alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
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
class Name:
    """A name written on the map, centred on a point."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Map:
    """Schools on a flat map. ``width`` and ``height`` are the drawing's units.

    Discs of radius ``land`` around every school run together into the city's shape, and
    wider ones of radius ``shore`` edge it. ``names`` are the districts' names that fit.
    """

    width: int
    height: int
    dots: list[Dot]
    radius: str = "5"
    side: str = "8"
    land: str = "40"
    shore: str = "50"
    names: tuple[Name, ...] = ()


Point = tuple[float, float]


def names_for(districts: Mapping[str, Sequence[Point]], apart: float) -> tuple[Name, ...]:
    """Choose the districts' names to write: the largest first, none on another.

    A name stands above the middle of its schools and needs ``apart`` units of height and
    four times as many of width.
    """
    chosen: list[tuple[float, float, str]] = []
    by_size = sorted(districts.items(), key=lambda item: (-len(item[1]), item[0]))
    for text, points in by_size:
        x = sum(px for px, _ in points) / len(points)
        y = min(py for _, py in points) - apart / 3
        if all(abs(x - cx) > 5 * apart or abs(y - cy) > apart for cx, cy, _ in chosen):
            chosen.append((x, y, text))
    return tuple(Name(f"{x:.1f}", f"{y:.1f}", text) for x, y, text in chosen)


def map_of(rows: Iterable[tuple[float | None, float | None, str, Any]], width: int = 720) -> Map:
    """Place (latitude, longitude, district, row) on a map true to scale around its middle.

    Rows without a place are left out: the list beside the map holds them.
    """
    known = [
        (lat, lon, district, row)
        for lat, lon, district, row in rows
        if lat is not None and lon is not None
    ]
    if not known:
        return Map(width, width // 2, [])
    north, south = max(place[0] for place in known), min(place[0] for place in known)
    east, west = max(place[1] for place in known), min(place[1] for place in known)
    squeeze = math.cos(math.radians((north + south) / 2))
    few = len(known) < 40
    margin = 100 if few else 60
    across, along = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((width - 2 * margin) / across, (width * 0.78 - 2 * margin) / along)
    height = max(round(along * scale) + 2 * margin, 160)
    shift = (width - across * scale) / 2
    radius = 10.0 if few else 4.2
    side = radius * 1.6
    dots, districts = [], defaultdict(list)
    for lat, lon, district, row in sorted(known, key=lambda place: -place[0]):
        x, y = shift + (lon - west) * squeeze * scale, margin + (north - lat) * scale
        districts[district].append((x, y))
        corner_x, corner_y = x - side / 2, y - side / 2
        dots.append(Dot(f"{x:.1f}", f"{y:.1f}", f"{corner_x:.1f}", f"{corner_y:.1f}", row))
    land = max(1.05 * (across * along / len(known)) ** 0.5 * scale, 3 * radius)
    land = min(land, margin - 12)
    return Map(
        width,
        height,
        dots,
        radius=f"{radius:.1f}",
        side=f"{side:.1f}",
        land=f"{land:.0f}",
        shore=f"{land + 9:.0f}",
        names=names_for(districts, apart=radius * 2 + 14),
    )
