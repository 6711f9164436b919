"""How much of what left service served again, by year and kind: two readings of one fleet.

The decree's counts what was written off: given away in the year, over what stood written
off on its first day. Ours counts what left the schools in the year: given or put back into
service, over all that left. Both leave out what was lost or entered by mistake.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from classrooms.secondlife import rules
from classrooms.secondlife.models import Departure
from core import clock
from core.accounts.models import User


@dataclass
class Count:
    """The figures of one year, of one kind of device or of all."""

    renewed: int = 0
    given: int = 0
    recycled: int = 0
    #: The decree's two numbers: given in the year, in stock on 1 January, ten years at most.
    decree_given: int = 0
    decree_stock: int = 0

    @property
    def left(self) -> int:
        """How many devices ended their service, one way or another."""
        return self.renewed + self.given + self.recycled

    @property
    def reused(self) -> int:
        """How many of them serve again, in the city or elsewhere."""
        return self.renewed + self.given

    @property
    def percent(self) -> int | None:
        """Share that serves again, in whole percent."""
        return rules.percent(self.reused, self.left)

    @property
    def decree_percent(self) -> int | None:
        """The decree's rate, in whole percent; None when nothing stood there on 1 January."""
        return rules.percent(self.decree_given, self.decree_stock)


@dataclass
class Year:
    """A year's figures, all devices and by kind."""

    year: int
    all: Count = field(default_factory=Count)
    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))

    @property
    def by_kind(self) -> list[tuple[str, Count]]:
        """Each kind's figures, by name; kinds of which nothing is to be said stay away."""
        kinds = sorted(self.kinds.items())
        return [(kind, count) for kind, count in kinds if count.left or count.decree_stock]

    @property
    def target(self) -> int | None:
        """The decree's aim for the year, in percent."""
        return rules.target_percent(self.year)


def reuse(user: User, today: dt.date, years: int = 5) -> list[Year]:
    """Return the last years, latest first, in one query; this one and the last in any case."""
    found = {year: Year(year) for year in range(today.year, today.year - years, -1)}
    rows = (
        Departure.objects.visible_to(user)
        .filter(state__in=("decided", "gone", "reused"))
        .exclude(destination="none")
        .values_list(
            "state",
            "destination",
            "decided_at",
            "ended_at",
            "device__purchased_on",
            "device__model__category__name",
        )
    )
    for state, destination, decided_at, ended_at, bought, kind in rows:
        ended = clock.service_day(ended_at).year if ended_at else None
        if ended in found:
            _ended(found[ended], kind, "renew" if state == "reused" else destination)
        if decided_at is None or state == "reused":
            continue
        decided = clock.service_day(decided_at)
        if rules.counts_for_reuse(bought, decided):
            _decree(found, kind, destination, decided.year, ended)
    told = list(found.values())
    while len(told) > 2 and not told[-1].by_kind:
        told.pop()
    return told


def _ended(year: Year, kind: str, how: str) -> None:
    for count in (year.all, year.kinds[kind]):
        count.renewed += how == "renew"
        count.given += how == "give"
        count.recycled += how == "recycle"


def _decree(
    found: dict[int, Year], kind: str, destination: str, decided: int, ended: int | None
) -> None:
    for number, year in found.items():
        stood = decided < number and (ended is None or ended >= number)
        given = destination == "give" and ended == number
        for count in (year.all, year.kinds[kind]):
            count.decree_stock += stood
            count.decree_given += given
