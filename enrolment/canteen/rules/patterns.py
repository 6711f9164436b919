"""What a registration books on a day, from its dated weekly patterns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pattern:
    """A usual week (ISO weekdays) and a diet, from a day on."""

    valid_from: dt.date
    weekdays: frozenset[int]
    diet: str


@dataclass(frozen=True)
class Plan:
    """A registration reduced to what decides its bookings; ``ends_on`` is excluded."""

    child_id: int
    starts_on: dt.date
    ends_on: dt.date | None
    patterns: tuple[Pattern, ...]

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether the registration is in force on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def pattern_on(self, day: dt.date) -> Pattern | None:
        """Return the newest pattern in force on a day."""
        begun = [p for p in self.patterns if p.valid_from <= day]
        return max(begun, key=lambda p: p.valid_from, default=None)

    def diet_on(self, day: dt.date) -> str | None:
        """Return the diet eaten on a day, booked or not; None without registration."""
        pattern = self.pattern_on(day) if self.holds_on(day) else None
        return pattern.diet if pattern else None

    def books(self, day: dt.date) -> str | None:
        """Return the diet that the usual week books on a day, or None."""
        pattern = self.pattern_on(day) if self.holds_on(day) else None
        return pattern.diet if pattern and day.isoweekday() in pattern.weekdays else None


@dataclass(frozen=True)
class Known:
    """A booking that exists already: its state, diet and where it came from."""

    state: str
    diet: str
    source: str


@dataclass(frozen=True)
class Wanted:
    """How a booking should read; None of a field is never meant."""

    child_id: int
    day: dt.date
    state: str
    diet: str


def reconcile(
    plan: Plan, days: Iterable[dt.date], known: dict[dt.date, Known]
) -> tuple[list[Wanted], list[Wanted]]:
    """Return the bookings to create and those to change so that days follow the plan.

    A day that a person chose or cancelled by hand (source ``single``) keeps its state and
    only follows the diet; what has been ticked or came unbooked is never touched. Doing it
    twice changes nothing the second time.
    """
    create: list[Wanted] = []
    change: list[Wanted] = []
    for day in days:
        diet = plan.books(day)
        old = known.get(day)
        if old is None:
            if diet:
                create.append(Wanted(plan.child_id, day, "booked", diet))
            continue
        if old.state not in ("booked", "cancelled") or old.source == "unbooked":
            continue
        eats = plan.diet_on(day)
        if old.source == "pattern" or eats is None:
            state = "booked" if diet else "cancelled"
        else:
            state = old.state
        wanted = Wanted(plan.child_id, day, state, eats or old.diet)
        if (wanted.state, wanted.diet) != (old.state, old.diet):
            change.append(wanted)
    return create, change
