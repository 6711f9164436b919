"""Rules of the workshop, over plain values: what a repair is worth, which faults come back.

Sources: docs/rules/fleet-workshop.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from classrooms.rules import add_months

#: What each state of a repair may become; the last two are final.
REPAIR_MOVES: Mapping[str, frozenset[str]] = {
    "received": frozenset({"diagnosed", "waiting_part", "at_supplier", "done", "given_up"}),
    "diagnosed": frozenset({"waiting_part", "at_supplier", "done", "given_up"}),
    "waiting_part": frozenset({"diagnosed", "at_supplier", "done", "given_up"}),
    "at_supplier": frozenset({"diagnosed", "waiting_part", "done", "given_up"}),
    "done": frozenset(),
    "given_up": frozenset(),
}
#: What a fault waits for while its device's repair is in a state.
PAUSES: Mapping[str, str] = {"waiting_part": "part", "at_supplier": "supplier"}
#: What each state of a claim may become; the maker may answer at once.
CLAIM_MOVES: Mapping[str, frozenset[str]] = {
    "prepared": frozenset({"sent", "withdrawn"}),
    "sent": frozenset({"accepted", "replaced", "mended", "refused", "withdrawn"}),
    "accepted": frozenset({"replaced", "mended", "refused"}),
    "replaced": frozenset(),
    "mended": frozenset(),
    "refused": frozenset(),
    "withdrawn": frozenset(),
}
#: Days over which faults of a model are counted together.
ALERT_DAYS = 90
#: A device that comes back so often within a year is worth a second look.
BACK_AGAIN = 3
#: Faults that say something of a model: a lost tablet says nothing of its maker.
MODEL_FAULTS = ("screen", "power", "keyboard", "charging")


@dataclass(frozen=True)
class Terms:
    """What the city decided, from a day on.

    An hour of work costs ``hour_cents``. A repair is worth its price up to ``share_percent``
    of what the device is still worth, which is never less than ``floor_percent`` of a new
    one. A maker is reminded after ``claim_days``. A model's fault is recurring from
    ``alert_min`` cases that are ``alert_percent`` of its devices.
    """

    hour_cents: int = 3_800
    share_percent: int = 60
    floor_percent: int = 10
    claim_days: int = 15
    alert_min: int = 5
    alert_percent: int = 5


@dataclass(frozen=True)
class Worth:
    """Mending against replacing. ``advice`` is ``repair``, ``replace`` or ``claim``."""

    advice: str
    repair_cents: int
    price_cents: int
    life_months: int
    months_left: int
    worth_cents: int
    limit_cents: int


def months_between(start: dt.date, day: dt.date) -> int:
    """Return how many whole months lie between two days; none before the first."""
    months = (day.year - start.year) * 12 + day.month - start.month
    if months > 0 and add_months(start, months) > day:
        months -= 1
    return max(0, months)


def share_of(cents: int, part: int, whole: int) -> int:
    """Return ``part`` of ``whole`` of an amount, rounded half up to the cent."""
    return (2 * cents * part + whole) // (2 * whole) if whole else 0


def labour_cents(minutes: int, hour_cents: int) -> int:
    """Return what so many minutes of work cost, rounded half up to the cent."""
    return share_of(hour_cents, minutes, 60)


def under_warranty(warranty_end: dt.date | None, day: dt.date) -> bool:
    """Tell whether a device's maker still answers for it; unknown is no."""
    return warranty_end is not None and day <= warranty_end


def worth_mending(
    *,
    repair_cents: int,
    price_cents: int,
    bought_on: dt.date | None,
    life_months: int,
    today: dt.date,
    terms: Terms,
    claimable: bool = False,
) -> Worth:
    """Weigh a repair against the price of a new device, month by month.

    A new device costs ``price_cents`` for ``life_months``: a month costs its part, and the
    months that the old one has left are worth theirs. Bought on an unknown day, it is taken
    at the end of its life. Under warranty the maker is asked first, whatever it costs.
    """
    age = life_months if bought_on is None else months_between(bought_on, today)
    left = max(0, life_months - age)
    floor = share_of(price_cents, terms.floor_percent, 100)
    worth = max(share_of(price_cents, left, life_months), floor)
    limit = share_of(worth, terms.share_percent, 100)
    advice = "repair" if repair_cents <= limit else "replace"
    if claimable:
        advice = "claim"
    return Worth(advice, repair_cents, price_cents, life_months, left, worth, limit)


def quarter_of(day: dt.date) -> dt.date:
    """Return the first day of the quarter that a day lies in."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def is_recurring(count: int, fleet: int, terms: Terms) -> bool:
    """Tell whether so many like faults of a model, among so many devices, are no accident."""
    return count >= terms.alert_min and count * 100 >= terms.alert_percent * fleet
