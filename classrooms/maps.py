"""The city's schools as a drawing of our own: no tiles, nothing asked of anybody.

One path draws the land, one short line each school. The drawing is for eyes and pointers; the
table beside it says the same to keyboards and screen readers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Place:
    """A school: where it is, which mark it gets, where a click leads, what hovering says."""

    latitude: float | None
    longitude: float | None
    district: str
    mark: str
    address: str
    words: str


@dataclass(frozen=True)
class Name:
    """A name written on the map, centred on a point."""

    x: int
    y: int
    text: str


@dataclass(frozen=True)
class Map:
    """Schools on a flat map of ``width`` by ``height`` units.

    ``land`` is a path of points: drawn with round ends as wide as ``breadth``, they run
    together into the city's shape, and a wider one edges it. ``radius`` sizes the marks.
    ``missing`` counts schools without a place.
    """

    width: int
    height: int
    dots: tuple[tuple[int, int, Place], ...] = ()
    land: str = ""
    breadth: int = 80
    shore: int = 98
    radius: int = 5
    names: tuple[Name, ...] = ()
    missing: int = 0

    @property
    def marks(self) -> SafeString:
        """The schools' marks, each a link with a title, out of the keyboard's way."""
        # By hand rather than by ``format_html_join``, which takes four times as long here.
        return SafeString(
            "\n".join(
                f'<a tabindex="-1" href="{escape(p.address)}">'
                f'<use href="#m-{escape(p.mark)}" x="{x}" y="{y}"/>'
                f"<title>{escape(p.words)}</title></a>"
                for x, y, p in self.dots
            )
        )


Point = tuple[float, float]


def names_for(districts: Mapping[str, Sequence[Point]], apart: float) -> tuple[Name, ...]:
    """Choose the districts' names to write: the largest first, none on another.

    A name stands above the middle of its schools and needs ``apart`` units of height and
    five times as many of width.
    """
    chosen: list[tuple[float, float, str]] = []
    by_size = sorted(districts.items(), key=lambda item: (-len(item[1]), item[0]))
    for text, points in by_size:
        x = sum(px for px, _ in points) / len(points)
        y = min(py for _, py in points) - apart / 3
        if all(abs(x - cx) > 5 * apart or abs(y - cy) > apart for cx, cy, _ in chosen):
            chosen.append((x, y, text))
    return tuple(Name(round(x), round(y), text) for x, y, text in chosen)


def map_of(places: Iterable[Place], width: int = 720) -> Map:
    """Put schools on a map true to scale around its middle.

    Those without a place are counted, not drawn: the list beside the map holds them.
    """
    every = list(places)
    known = [(p.latitude, p.longitude, p) for p in every if _has_place(p)]
    missing = len(every) - len(known)
    if not known:
        return Map(width, width // 2, missing=missing)
    lats = [lat for lat, _lon, _p in known if lat is not None]
    lons = [lon for _lat, lon, _p in known if lon is not None]
    north, south, east, west = max(lats), min(lats), max(lons), min(lons)
    squeeze = math.cos(math.radians((north + south) / 2))
    few = len(known) < 40
    margin = 100 if few else 60
    across, along = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((width - 2 * margin) / across, (width * 0.78 - 2 * margin) / along)
    height = max(round(along * scale) + 2 * margin, 160)
    shift = (width - across * scale) / 2
    radius = 10 if few else 5
    dots: list[tuple[int, int, Place]] = []
    districts: dict[str, list[Point]] = defaultdict(list)
    for lat, lon, place in sorted(known, key=lambda row: (-(row[0] or 0), row[1] or 0)):
        x = round(shift + ((lon or 0) - west) * squeeze * scale)
        y = round(margin + (north - (lat or 0)) * scale)
        dots.append((x, y, place))
        districts[place.district].append((x, y))
    land = max(1.05 * (across * along / len(known)) ** 0.5 * scale, 3 * radius)
    breadth = round(2 * min(land, margin - 12))
    return Map(
        width,
        height,
        tuple(dots),
        land="".join(f"M{x} {y}h0" for x, y in dict.fromkeys((x, y) for x, y, _ in dots)),
        breadth=breadth,
        shore=breadth + 18,
        radius=radius,
        names=names_for(districts, apart=radius * 2 + 14),
        missing=missing,
    )


def _has_place(place: Place) -> bool:
    return place.latitude is not None and place.longitude is not None
