"""Sharing whole things by weights: largest remainder (Hamilton) within bounds.

Ties go to the earlier key, which is part of what is shared with, never to the order given:
the same schools in another order get the same. Adding one thing may take one away from somebody
(the Alabama paradox): a known trait of the method, told in docs/rules/fleet-planning.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Claim:
    """Somebody to share with: a weight, bounds, and ``tie``, smaller first, never equal."""

    key: str
    weight: int
    low: int
    high: int
    tie: tuple[Any, ...]


def share(n: int, claims: Sequence[Claim]) -> dict[str, int]:
    """Share ``n`` whole things by weights, each within its bounds; they add up exactly.

    To ``n``, unless the upper bounds of those with a weight, and the lower ones of the rest, are
    reached before. Raises ValueError when the lower bounds need more than there is, a bound is
    upside down or a weight negative.
    """
    for claim in claims:
        if claim.weight < 0 or not 0 <= claim.low <= claim.high:
            raise ValueError(f"weight or bounds of {claim.key}")
    if n < sum(claim.low for claim in claims):
        raise ValueError("the lower bounds need more than there is")
    given = {claim.key: claim.low for claim in claims if claim.weight == 0}
    free = [claim for claim in claims if claim.weight > 0]
    left = n - sum(given.values())
    while free:
        total = sum(claim.weight for claim in free)
        # Each quota is left * weight / total; all is compared over the common denominator.
        lower = [c for c in free if left * c.weight < c.low * total]
        upper = [c for c in free if left * c.weight > c.high * total]
        short = sum(c.low * total - left * c.weight for c in lower)
        excess = sum(left * c.weight - c.high * total for c in upper)
        if not lower and not upper:
            break
        fixed: dict[str, int] = {}
        if short >= excess:
            fixed |= {c.key: c.low for c in lower}
        if excess >= short:
            fixed |= {c.key: c.high for c in upper}
        given |= fixed
        left -= sum(fixed.values())
        free = [c for c in free if c.key not in fixed]
    if not free:
        return given
    total = sum(claim.weight for claim in free)
    quotas = {c.key: divmod(left * c.weight, total) for c in free}
    given |= {key: whole for key, (whole, _rest) in quotas.items()}
    missing = left - sum(whole for whole, _rest in quotas.values())
    by_rest = sorted(free, key=lambda c: (-quotas[c.key][1], c.tie))
    for claim in by_rest[:missing]:
        given[claim.key] += 1
    return given
