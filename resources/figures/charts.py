"""Numbers as drawings: columns of months and bars of a table, computed here, drawn by templates.

Every drawing stands beside the table of its numbers; what is kept back is not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from resources.figures.reading import Line, Table
from resources.figures.scope import Scope

#: The drawing's own units.
WIDTH, HEIGHT, FOOT, EDGE = 360, 190, 24, 34


@dataclass(frozen=True)
class Piece:
    """A rectangle: place and size in the drawing's units, and its tone."""

    x: str
    y: str
    width: str
    height: str
    tone: str


@dataclass(frozen=True)
class Column:
    """One month: its pieces, the words below it, and what a pointer reads."""

    pieces: list[Piece]
    middle: str
    label: str
    title: str


@dataclass(frozen=True)
class Mark:
    """A line across the drawing, with its number."""

    y: str
    text: str


@dataclass(frozen=True)
class Chart:
    """Columns over months."""

    columns: list[Column]
    marks: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    foot: int = HEIGHT - FOOT
    edge: int = EDGE
    label_y: int = HEIGHT - 8


def spaced(number: int) -> str:
    """Write a whole number with narrow spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def _round_step(top: int) -> int:
    """Return a round distance between marks: three or four of them reach ``top``."""
    rough = max(top, 4) / 4
    size = 10 ** math.floor(math.log10(rough))
    return int(next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough) + 0.5)


def months_chart(table: Table, scope: Scope) -> Chart | None:
    """Draw a table of months; None when there is nothing to draw."""
    tallest = max((line.drawn for line in table.lines), default=0)
    if not tallest:
        return None
    step = _round_step(tallest)
    top = step * math.ceil(tallest / step)
    inside = HEIGHT - FOOT - 10
    wide = (WIDTH - EDGE) / len(table.lines)
    bar = min(wide * 0.7, 40)
    columns = []
    for place, (line, month) in enumerate(zip(table.lines, scope.months, strict=False)):
        left = EDGE + place * wide + (wide - bar) / 2
        level, pieces = float(HEIGHT - FOOT), []
        for cell, tone in ((line.pupils, "sea"), (line.teachers, "sun")):
            tall = inside * cell.drawn / top
            level -= tall
            if tall:
                pieces.append(
                    Piece(f"{left:.1f}", f"{level:.1f}", f"{bar:.1f}", f"{tall:.1f}", tone)
                )
        columns.append(
            Column(
                pieces,
                f"{left + bar / 2:.1f}",
                date_format(month, "M"),
                _("%(month)s : %(count)s") % {"month": line.label, "count": spaced(line.drawn)},
            )
        )
    marks = [
        Mark(f"{HEIGHT - FOOT - inside * value / top:.1f}", spaced(value))
        for value in range(0, top + 1, step)
    ]
    return Chart(columns, marks)


@dataclass(frozen=True)
class Bar:
    """A line of a table with its drawing: pieces in percent of the longest."""

    line: Line
    pieces: list[Piece]


def bars(lines: Sequence[Line], longest: int | None = None) -> list[Bar]:
    """Lay the lines of a table out on one common scale, that of the longest of them."""
    top = longest or max((line.drawn for line in lines), default=0) or 1
    found = []
    for line in lines:
        offset, pieces = 0.0, []
        for cell, tone in ((line.pupils, "sea"), (line.teachers, "sun")):
            wide = 100 * cell.drawn / top
            if wide:
                pieces.append(Piece(f"{offset:.2f}", "0", f"{wide:.2f}", "10", tone))
                offset += wide
        found.append(Bar(line, pieces))
    return found
