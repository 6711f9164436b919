"""How use is counted, hidden when too few stand behind it, and set against what it cost.

Pure functions. Thresholds and the reasons for them: ``docs/rules/resources-figures.md``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core import clock, money

#: Fewer openings, pupils or teachers than this behind a number, and it is not shown.
FEWEST = 5
#: Days before the end of a contract within which its renewal is to be decided.
RENEWAL_DAYS = 120


def month_of(day: dt.date) -> dt.date:
    """Return the first day of a day's month: the name of the month everywhere here."""
    return day.replace(day=1)


def months_of_year(start_year: int) -> list[dt.date]:
    """Return the months of a school year, which turns on 1 August."""
    first = dt.date(start_year, 8, 1)
    return [clock.months_later(first, number) for number in range(12)]


@dataclass(frozen=True)
class Cell:
    """A number as it may be shown: ``value`` is None when it is kept back."""

    value: int | None

    @property
    def hidden(self) -> bool:
        """True when the number is kept back."""
        return self.value is None

    @property
    def drawn(self) -> int:
        """The number that a chart draws: nothing for what is kept back."""
        return self.value or 0


def is_small(openings: int, people: int | None) -> bool:
    """Tell whether a number speaks of too few: ``people`` may have made these openings.

    ``None`` people means so many that they need no counting (the whole city).
    """
    if openings == 0:
        return False
    return openings < FEWEST or (people is not None and people < FEWEST)


def veiled(people: Mapping[str, int]) -> set[str]:
    """Return the groups whose numbers are always kept back, whatever they are.

    Those of fewer than five; where there is one alone, the smallest of the others as well, or
    taking the others from the whole would give it. Chosen by people, not by numbers: the same
    ones on every page, so that two pages taken together tell no more than one.
    """
    few = {name for name, number in people.items() if 0 < number < FEWEST}
    others = [name for name, number in people.items() if number >= FEWEST]
    if len(few) == 1 and others:
        few.add(min(others, key=lambda name: (people[name], name)))
    return few


def conceal(
    openings: Sequence[int], people: Sequence[int | None], total_people: int | None
) -> tuple[list[Cell], Cell]:
    """Return a column's numbers and its total as they may be shown.

    A single hidden number could be had by taking the others from the total: the smallest of
    those shown is then hidden too, or the total itself when there is none.
    """
    hidden = {
        place
        for place, (count, behind) in enumerate(zip(openings, people, strict=True))
        if is_small(count, behind)
    }
    total = sum(openings)
    hides_total = is_small(total, total_people)
    if len(hidden) == 1 and not hides_total:
        others = [place for place, count in enumerate(openings) if count and place not in hidden]
        if others:
            hidden.add(min(others, key=lambda place: (openings[place], place)))
        else:
            hides_total = True
    cells = [Cell(None if place in hidden else count) for place, count in enumerate(openings)]
    return cells, Cell(None if hides_total else total)


def cost_within(
    cost_cents: int, starts_on: dt.date, ends_on: dt.date, start: dt.date, end: dt.date
) -> int:
    """Return the part of a contract's cost that falls between two days, both included.

    By days. Neighbouring periods add up to the cent: each is what has fallen due by its end
    less what had by its start.
    """
    days = (ends_on - starts_on).days + 1

    def due_before(day: dt.date) -> int:
        elapsed = min(max((day - starts_on).days, 0), days)
        return money.round_half_up(Fraction(cost_cents * elapsed, days))

    if end < start:
        return 0
    return due_before(end + dt.timedelta(days=1)) - due_before(start)


def cost_per(cost_cents: int, number: int) -> int | None:
    """Return cents for one, rounded half up, None for none."""
    return money.round_half_up(Fraction(cost_cents, number)) if number else None


_CYCLE = re.compile(r"\(.*cycle ([1-4])\)\s*$")
#: The city's own domains that the programmes teach in some cycles only (the others: 2 and 3).
_TAUGHT = {"eveil": "1", "histoire": "3", "geographie": "3", "geographie.reperes": "23"}


def cycles_of_domain(code: str, labels: Sequence[str]) -> frozenset[str]:
    """Return the cycles in which a domain is taught.

    ``labels`` are its own and those of the domains around it, nearest first: the official
    vocabulary writes the cycle behind the name. A domain of the city's own follows the
    programmes of 2020 and 2024 (history and geography begin with cycle 3).
    """
    for label in labels:
        if named := _CYCLE.search(label):
            return frozenset(named[1])
    while code:
        if code in _TAUGHT:
            return frozenset(_TAUGHT[code])
        code = code.rpartition(".")[0]
    return frozenset("23")
