"""What a device is still worth: straight line over its expected life, month by month.

A month counts once it is complete: bought on the 15th, a device loses its first share on the
15th of the next month; on the 31st, on a shorter month's last day. What is lost between two days
is the difference of what was lost until each, so that the parts of any cut add up to the cost.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from classrooms.rules import add_months


@dataclass(frozen=True)
class Asset:
    """Devices bought alike: what one cost, on which day, for how many months, how many."""

    cost_cents: int
    bought_on: dt.date
    life_months: int
    count: int = 1


def months_between(start: dt.date, day: dt.date) -> int:
    """Return how many whole months lie between two days; none before the first."""
    months = (day.year - start.year) * 12 + day.month - start.month
    if day.day < start.day and day.day < calendar.monthrange(day.year, day.month)[1]:
        months -= 1
    return max(0, months)


def lost_by(asset: Asset, day: dt.date) -> int:
    """Return what one of them has lost until a day, in cents, rounded half up.

    Never more than its cost, all of it at once when it has no expected life.
    """
    if day < asset.bought_on:
        return 0
    life = asset.life_months
    if life <= 0:
        return asset.cost_cents
    gone = min(months_between(asset.bought_on, day), life)
    return (2 * asset.cost_cents * gone + life) // (2 * life)


def residual(asset: Asset, day: dt.date) -> int:
    """Return what one of them is still worth on a day; its cost before it was bought."""
    return asset.cost_cents - lost_by(asset, day)


@lru_cache(maxsize=10_000)
def end_of_life(bought_on: dt.date, life_months: int) -> dt.date:
    """Return the day from which a device is worth nothing and due to be replaced."""
    return add_months(bought_on, life_months)


def value_on(assets: Iterable[Asset], day: dt.date) -> int:
    """Return what a whole fleet is worth on a day; what is not bought yet is not counted."""
    return sum(residual(a, day) * a.count for a in assets if a.bought_on <= day)


def charge_of(assets: Iterable[Asset], year: int) -> int:
    """Return what a fleet loses within a calendar year, first and last day included."""
    before, last = dt.date(year - 1, 12, 31), dt.date(year, 12, 31)
    return sum((lost_by(a, last) - lost_by(a, before)) * a.count for a in assets)
