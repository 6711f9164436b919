"""A kitchen's order as numbers, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: (school id, diet) → meals.
Quantities = Mapping[tuple[int, str], int]


@dataclass(frozen=True)
class Difference:
    """A line that differs between two versions of an order."""

    school_id: int
    diet: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """Meals more (or, negative, fewer) than before."""
        return self.after - self.before


def differences(before: Quantities, after: Quantities) -> list[Difference]:
    """Return the lines that changed, by school then diet; applying them gives ``after``."""
    keys = sorted(set(before) | set(after))
    rows = [Difference(key[0], key[1], before.get(key, 0), after.get(key, 0)) for key in keys]
    return [row for row in rows if row.change]
