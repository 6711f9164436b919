"""What a service costs a family. Prices may never exceed the cost (Code de l'éducation R531-53).

Two ways are used by French cities: bands of the family quotient, and an effort rate (the
price is a share of the quotient between a floor and a ceiling). Which one, and its figures,
are voted by the council and reach these functions as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.money import round_half_up


@dataclass(frozen=True)
class Price:
    """A unit price with what it rests on. ``band`` is empty under an effort rate."""

    band: str
    unit_price_cents: int
    resolution: str


@dataclass(frozen=True)
class Step:
    """A band: up to ``quotient_max`` euros included; None is the top band."""

    code: str
    quotient_max: int | None
    unit_price_cents: int


@dataclass(frozen=True)
class Formula:
    """An effort rate: ``rate_per_mille`` ‰ of the quotient, between two prices in cents."""

    rate_per_mille: Decimal
    floor_cents: int
    ceiling_cents: int


def step_for(steps: Sequence[Step], quotient: int | None) -> Step:
    """Return the band of a quotient in whole euros; without one, the dearest band counts.

    Raises ValueError when there is no band, or none that is open above and needed.
    """
    ordered = sorted(steps, key=lambda s: (s.quotient_max is None, s.quotient_max or 0))
    if not ordered:
        raise ValueError("a tariff needs at least one band")
    if quotient is None:
        return ordered[-1]
    for step in ordered:
        if step.quotient_max is None or quotient <= step.quotient_max:
            return step
    raise ValueError(f"no band covers a quotient of {quotient}")


def formula_price(formula: Formula, quotient: int | None) -> int:
    """Return the price in cents: the share of the quotient, rounded once, within its limits."""
    if quotient is None:
        return formula.ceiling_cents
    share = round_half_up(Fraction(quotient) * 100 * Fraction(formula.rate_per_mille) / 1000)
    return min(max(share, formula.floor_cents), formula.ceiling_cents)


def price(rule: Formula | Sequence[Step], quotient: int | None, resolution: str) -> Price:
    """Return the unit price of a quotient under one version of a tariff."""
    if isinstance(rule, Formula):
        return Price("", formula_price(rule, quotient), resolution)
    step = step_for(rule, quotient)
    return Price(step.code, step.unit_price_cents, resolution)


def problems_of(steps: Sequence[Step]) -> list[str]:
    """Return codes of what is wrong with a set of bands; empty when it can be voted.

    ``none``, ``no_top`` (nothing above the last limit), ``two_tops``, ``same_limit``,
    ``decreasing`` (a family with a higher quotient would pay less).
    """
    if not steps:
        return ["none"]
    found = []
    tops = [s for s in steps if s.quotient_max is None]
    limits = [s.quotient_max for s in steps if s.quotient_max is not None]
    if not tops:
        found.append("no_top")
    if len(tops) > 1:
        found.append("two_tops")
    if len(set(limits)) < len(limits):
        found.append("same_limit")
    ordered = sorted(steps, key=lambda s: (s.quotient_max is None, s.quotient_max or 0))
    prices = [s.unit_price_cents for s in ordered]
    if prices != sorted(prices):
        found.append("decreasing")
    return found
