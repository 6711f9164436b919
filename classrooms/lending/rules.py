"""Rules of movements, over plain values. Sources: docs/rules/fleet-lending.md."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Set
from itertools import pairwise

from classrooms.rules import GONE

#: What each state of a transfer may become. What left may come back: it is then cancelled.
TRANSFER_MOVES: Mapping[str, frozenset[str]] = {
    "planned": frozenset({"dispatched", "cancelled"}),
    "dispatched": frozenset({"received", "cancelled"}),
    "received": frozenset(),
    "cancelled": frozenset(),
}


def may_travel(state: str, *, in_cart: bool, to_school: bool) -> bool:
    """Tell whether a device may be sent off.

    What does not work goes to a workshop, or stays in the slot of its cart; by itself it is
    not sent to a school.
    """
    if state in GONE:
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


def first_gap(hours: range, taken: Set[int]) -> tuple[int, int] | None:
    """Return the first free hours in a row (first, end) among some, or None."""
    free = [hour for hour in hours if hour not in taken]
    if not free:
        return None
    end = free[0] + 1
    while end in hours and end not in taken:
        end += 1
    return free[0], end


def away_until(due_on: dt.date, today: dt.date) -> dt.date:
    """Return the last day on which a cart that is out is surely away: today, if it is late."""
    return max(due_on, today)


def weekly(first: dt.date, until: dt.date | None) -> list[dt.date]:
    """Return a day and the same weekday of each week up to a last day."""
    last = until or first
    return [first + dt.timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


#: The pad one signs on, in its own units; and how much of a drawing is taken.
PAD = (600, 200)
MOST_POINTS = 6_000
#: A signature is longer than this: less is a finger that slipped.
SHORTEST = 60


def read_strokes(drawn: object) -> list[list[tuple[int, int]]]:
    """Return the strokes of a drawn signature from what a page sent: lists of x, y, x, y.

    Raises ValueError for anything else, for a drawing off the pad, too long or too short.
    """
    if not isinstance(drawn, list) or not all(isinstance(stroke, list) for stroke in drawn):
        raise ValueError("not a drawing")
    if sum(len(stroke) for stroke in drawn) > 2 * MOST_POINTS:
        raise ValueError("too long")
    strokes = []
    length = 0.0
    for stroke in drawn:
        numbers = [value for value in stroke if type(value) is int]
        if len(numbers) != len(stroke) or len(stroke) % 2 or not stroke:
            raise ValueError("not a drawing")
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if any(not (0 <= x <= PAD[0] and 0 <= y <= PAD[1]) for x, y in points):
            raise ValueError("off the pad")
        length += sum(math.dist(a, b) for a, b in pairwise(points))
        strokes.append(points)
    if length < SHORTEST:
        raise ValueError("too short")
    return strokes


def drawing(strokes: list[list[tuple[int, int]]]) -> str:
    """Return strokes as a picture (SVG): numbers only, nothing of what a page sent."""
    paths = "".join(
        '<path d="M'
        + " L".join(f"{x} {y}" for x, y in (stroke if len(stroke) > 1 else stroke * 2))
        + '"/>'
        for stroke in strokes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PAD[0]} {PAD[1]}">'
        f'<g fill="none" stroke="#14202e" stroke-width="3" stroke-linecap="round" '
        f'stroke-linejoin="round">{paths}</g></svg>'
    )
