"""Sheets of labels that any stationer sells, and where each label lies on them.

Sizes, counts and gaps are the vendor's (Avery's product pages and templates); the margins
follow from them, the labels being centred on an A4 page.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0


@dataclass(frozen=True)
class Sheet:
    """A sheet: its code at the vendor's, how many labels across and down, sizes in mm."""

    code: str
    columns: int
    rows: int
    width: float
    height: float
    gap: float

    @property
    def count(self) -> int:
        """Labels on a sheet."""
        return self.columns * self.rows

    @property
    def left(self) -> float:
        """Margin before the first column."""
        return (PAGE_WIDTH - self.columns * self.width - (self.columns - 1) * self.gap) / 2

    @property
    def top(self) -> float:
        """Margin above the first row; rows touch each other."""
        return (PAGE_HEIGHT - self.rows * self.height) / 2

    def corner(self, place: int) -> tuple[float, float]:
        """Return the top left corner of a place, from 1, row by row."""
        row, column = divmod(place - 1, self.columns)
        return (
            round(self.left + column * (self.width + self.gap), 2),
            round(self.top + row * self.height, 2),
        )

    @property
    def says(self) -> str:
        """How one chooses it: code, count, size."""
        size = f"{self.width:g} × {self.height:g}".replace(".", ",")
        return f"Avery {self.code} · {self.count} · {size} mm"


SHEETS = {
    sheet.code: sheet
    for sheet in (
        Sheet("L7160", 3, 7, 63.5, 38.1, 2.5),
        Sheet("L7159", 3, 8, 63.5, 33.9, 2.5),
        Sheet("L7163", 2, 7, 99.1, 38.1, 2.5),
        Sheet("L7651", 5, 13, 38.1, 21.2, 2.5),
        Sheet("L4731", 7, 27, 25.4, 10.0, 2.5),
    )
}
DEFAULT = "L7160"


def places(count: int, sheet: Sheet, start: int) -> list[tuple[int, int]]:
    """Return page and place of each label, the first ``start - 1`` places being used up."""
    return [
        (1 + at // sheet.count, 1 + at % sheet.count) for at in range(start - 1, start - 1 + count)
    ]
