"""Money is integer cents of euro, everywhere; rounding happens once, half up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_AMOUNT = re.compile(r"-?\d{1,9}(?:[.,]\d{1,2})?")


def format_euros(cents: int) -> str:
    """Write an amount as French readers expect it: ``123456`` → ``1 234,56 €``."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    grouped = f"{euros:,}".replace(",", "\u202f")
    return f"{sign}{grouped},{rest:02d}\u00a0€"


def parse_euros(text: str) -> int:
    """Read ``"12,50 €"``, ``"1 234.5"`` or ``"-3"`` as cents.

    Raises ValueError for anything else, a third decimal included: silently rounding
    what a person typed would change what they meant.
    """
    compact = re.sub(r"[\s\u00a0\u202f]", "", text).removesuffix("€").removesuffix("EUR")
    if not _AMOUNT.fullmatch(compact):
        raise ValueError(f"not an amount in euros: {text!r}")
    return int(Decimal(compact.replace(",", ".")) * 100)


def round_half_up(amount: Fraction | Decimal) -> int:
    """Round an exact number of cents to a whole one, halves away from zero."""
    exact = Fraction(amount)
    doubled = abs(exact) * 2 + 1
    whole = doubled.numerator // (doubled.denominator * 2)
    return whole if exact >= 0 else -whole


def percent_of(cents: int, percent: Decimal) -> int:
    """Return ``percent`` % of an amount, rounded once, half up."""
    return round_half_up(Fraction(cents) * Fraction(percent) / 100)


def to_decimal(cents: int) -> Decimal:
    """Return euros as an exact two-place decimal, for exports."""
    return (Decimal(cents) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def split(cents: int, weights: Sequence[int]) -> list[int]:
    """Share an amount by weights so that the parts add up to it exactly.

    Largest remainder; ties go to the earlier part. Raises ValueError when there is
    nobody to share with (no weight, all zero) or a weight is negative.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if cents < 0 else 1
    quotas = [divmod(abs(cents) * weight, total) for weight in weights]
    parts = [whole for whole, _ in quotas]
    missing = abs(cents) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-quotas[i][1], i))
    for index in by_remainder[:missing]:
        parts[index] += 1
    return [sign * part for part in parts]
