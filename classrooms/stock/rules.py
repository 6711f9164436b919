"""Rules of the stock and of SIM cards, over plain values.

Sources: docs/rules/fleet-stock.md.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

#: What each state of a SIM card may become. A lost one is blocked by the operator, or found.
SIM_MOVES: Mapping[str, frozenset[str]] = {
    "spare": frozenset({"active", "lost", "blocked", "ended"}),
    "active": frozenset({"active", "spare", "lost", "blocked", "ended"}),
    "lost": frozenset({"spare", "blocked", "ended"}),
    "blocked": frozenset({"spare", "ended"}),
    "ended": frozenset(),
}


def fell_below(before: int, after: int, minimum: int) -> bool:
    """Tell whether a level has just fallen below its minimum: once per fall, not per piece."""
    return after < minimum <= before


def to_order(quantity: int, minimum: int, *, factor: int = 2) -> int:
    """Return how many to order: nothing at the minimum or above, else up to twice of it."""
    return max(0, factor * minimum - quantity) if quantity < minimum else 0


def luhn_holds(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before (ISO/IEC 7812-1)."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def normalise_iccid(text: str) -> str:
    """Return a SIM card's number as digits only: 19 or 20 of them, beginning with 89.

    ITU-T E.118: 89 is telecommunications; the last digit is Luhn's. Cards print the number
    in groups, sometimes with an F that pads it to twenty. Raises ValueError otherwise.
    """
    compact = "".join(
        char for char in unicodedata.normalize("NFKC", text).upper() if not char.isspace()
    ).replace("-", "")
    compact = compact[:-1] if len(compact) == 20 and compact.endswith("F") else compact
    if not compact.isascii() or not compact.isdigit() or len(compact) not in (19, 20):
        raise ValueError("length")
    if not compact.startswith("89"):
        raise ValueError("prefix")
    if not luhn_holds(compact):
        raise ValueError("check")
    return compact
