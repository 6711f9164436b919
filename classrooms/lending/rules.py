"""Rules of movements, over plain values. Sources: docs/rules/fleet-lending.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

#: What each state of a transfer may become. What left may come back: it is then cancelled.
TRANSFER_MOVES: Mapping[str, frozenset[str]] = {
    "planned": frozenset({"dispatched", "cancelled"}),
    "dispatched": frozenset({"received", "cancelled"}),
    "received": frozenset(),
    "cancelled": frozenset(),
}

#: States of devices that nobody loads into a van: nowhere to be found, or no longer ours.
STAY_BEHIND = frozenset({"lost", "stolen", "retired"})


def may_travel(state: str, *, in_cart: bool, to_school: bool) -> bool:
    """Tell whether a device may be sent off.

    What does not work goes to a workshop, or stays in the slot of its cart; by itself it is
    not sent to a school.
    """
    if state in STAY_BEHIND:
        return False
    return in_cart or not to_school or state in {"spare", "in_use"}


def state_on_arrival(state: str, *, in_cart: bool, from_school: bool, to_school: bool) -> str:
    """Return the state of a device once it has arrived.

    From the reserve to a school, it serves. From a school to a workshop, what works becomes
    a spare and what does not waits to be mended; a cart keeps its devices as they are, so
    that it can serve again as it stands.
    """
    if to_school:
        return "in_use" if state == "spare" and not from_school else state
    if in_cart or not from_school:
        return state
    return {"in_use": "spare", "broken": "repair"}.get(state, state)


#: Hours at which a reservation may begin; the last ends an hour later.
HOURS = tuple(range(8, 18))
#: Parts of a day that one asks for by name: first hour, hour of the end.
PARTS: Mapping[str, tuple[int, int]] = {"am": (8, 12), "pm": (12, 18), "day": (8, 18)}
#: How far ahead one may reserve, in days.
AHEAD = 366

#: What each state of a reservation may become.
RESERVATION_MOVES: Mapping[str, frozenset[str]] = {
    "booked": frozenset({"used", "cancelled"}),
    "used": frozenset(),
    "cancelled": frozenset(),
}


def is_span(first: int, end: int) -> bool:
    """Tell whether a reservation may last from one hour to another."""
    return HOURS[0] <= first < end <= HOURS[-1] + 1


def weekly(first: dt.date, until: dt.date | None) -> list[dt.date]:
    """Return a day and the same weekday of each week up to a last day."""
    last = until or first
    return [first + dt.timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
