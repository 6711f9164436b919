"""When devices are to be replaced, and what each budget year pays for it.

A budget year is a calendar year. What is due before the first one falls into it. With a ceiling,
devices are replaced in order as long as the year's money lasts; the rest waits for the next year,
at its prices.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from classrooms.planning.rules.depreciation import end_of_life
from core.money import round_half_up

YEARS = 5

#: How bad a condition is, worst first, when the worst are replaced first.
_WORST = {"damaged": 0, "worn": 1, "good": 2, "new": 3}


@dataclass(frozen=True)
class Unit:
    """One device to replace. ``key`` names it; ``group`` is what results are counted by."""

    key: int
    group: tuple[int, str]
    bought_on: dt.date
    life_months: int
    price_cents: int
    condition: str = "good"

    @property
    def due_on(self) -> dt.date:
        """The day it has served its time."""
        return end_of_life(self.bought_on, self.life_months)


@dataclass(frozen=True)
class Assumptions:
    """What a forecast rests on.

    ``rise`` is how much prices rise a year, in tenths of a percent, from ``base_year`` on;
    ``ceiling_cents`` caps a year's spending, None for no cap; ``order`` is ``oldest``, first
    due first, or ``worst``, in worst condition first.
    """

    first_year: int
    base_year: int
    rise: int = 0
    ceiling_cents: int | None = None
    order: str = "oldest"

    @property
    def years(self) -> range:
        """The budget years."""
        return range(self.first_year, self.first_year + YEARS)

    def price_in(self, price_cents: int, year: int) -> int:
        """Return a price in a budget year, risen each year since the base year."""
        growth = Fraction(1000 + self.rise, 1000) ** max(0, year - self.base_year)
        return round_half_up(price_cents * growth)


@dataclass
class Year:
    """One budget year: what falls due in it, what it pays for, what waits at its end."""

    year: int
    due: int = 0
    bought: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)
    waiting: int = 0

    @property
    def count(self) -> int:
        """How many devices are bought."""
        return sum(count for count, _cents in self.bought.values())

    @property
    def cents(self) -> int:
        """What they cost."""
        return sum(cents for _count, cents in self.bought.values())


@dataclass(frozen=True)
class Outlook:
    """A forecast: five years, and what is left unpaid after them."""

    years: list[Year]
    beyond: int
    beyond_cents: int

    @property
    def count(self) -> int:
        """How many devices are bought in all."""
        return sum(year.count for year in self.years)

    @property
    def cents(self) -> int:
        """What they cost in all."""
        return sum(year.cents for year in self.years)


class CeilingTooLow(ValueError):
    """A year's money does not pay for a single device, so that nothing would ever move."""


def order_of(unit: Unit, order: str) -> tuple[int, dt.date, int]:
    """Return the key by which devices are replaced: smallest first."""
    rank = _WORST.get(unit.condition, 2) if order == "worst" else 0
    return (rank, unit.due_on, unit.key)


def forecast(units: Iterable[Unit], given: Assumptions) -> Outlook:
    """Return what each of five budget years replaces.

    Raises CeilingTooLow when the dearest device due costs more than a year's money. What is
    bought serves as long as what it replaces: if that ends within the five years, it is due
    again.
    """
    last = given.years[-1]
    due: dict[int, list[Unit]] = {year: [] for year in given.years}
    for unit in units:
        if unit.due_on.year <= last:
            due[max(unit.due_on.year, given.first_year)].append(unit)
    queue: deque[Unit] = deque()
    years = []
    for year in given.years:
        found = Year(year, due=len(due[year]))
        queue = deque(sorted([*queue, *due[year]], key=lambda u: order_of(u, given.order)))
        _spend(found, queue, given, due)
        found.waiting = len(queue)
        years.append(found)
    beyond_cents = sum(given.price_in(unit.price_cents, last + 1) for unit in queue)
    return Outlook(years, len(queue), beyond_cents)


def _spend(found: Year, queue: deque[Unit], given: Assumptions, due: dict[int, list[Unit]]) -> None:
    """Buy from the queue in order until the year's money does not pay for the next one."""
    left = given.ceiling_cents
    prices: dict[int, int] = {}
    while queue:
        unit = queue[0]
        if unit.price_cents not in prices:
            prices[unit.price_cents] = given.price_in(unit.price_cents, found.year)
        price = prices[unit.price_cents]
        if left is not None:
            if given.ceiling_cents is not None and price > given.ceiling_cents:
                raise CeilingTooLow(price)
            if price > left:
                break
            left -= price
        queue.popleft()
        count, cents = found.bought.get(unit.group, (0, 0))
        found.bought[unit.group] = (count + 1, cents + price)
        found.keys.append(unit.key)
        again = found.year + -(-unit.life_months // 12)
        if unit.life_months and again in due:
            bought_on = dt.date(found.year, 7, 1)
            due[again].append(
                Unit(unit.key, unit.group, bought_on, unit.life_months, unit.price_cents, "new")
            )


def totals(
    outlook: Outlook, part: int, labels: Sequence[tuple[object, str]]
) -> list[tuple[str, list[tuple[int, int]], int, int]]:
    """Return (label, (count, cents) for each year, count, cents), by one part of the groups."""
    found = []
    for key, label in labels:
        cells = []
        for year in outlook.years:
            mine = [value for group, value in year.bought.items() if group[part] == key]
            cells.append((sum(n for n, _c in mine), sum(c for _n, c in mine)))
        count, cents = sum(n for n, _c in cells), sum(c for _n, c in cells)
        if count:
            found.append((label, cells, count, cents))
    return found
