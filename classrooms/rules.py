"""Rules of the fleet, over plain values: identifiers, moves, fitness, urgency, coverage.

Sources: docs/rules/fleet.md.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping

#: From which download speed a line is "très haut débit" (Arcep's definition), in Mbit/s.
VERY_HIGH_SPEED_MBPS = 30

#: School days within which a technician has looked at a fault, by priority.
ANSWER_DAYS: Mapping[int, int] = {1: 1, 2: 3, 3: 7}
#: School days within which the class works again: mended, found or replaced.
SETTLE_DAYS: Mapping[int, int] = {1: 3, 2: 10, 3: 20}
#: A deadline is never looked for further than this, whatever the calendar says.
_FURTHEST = 400

#: States of devices that are looked for, or were and were not found.
MISSING = frozenset({"lost", "stolen"})
#: States of devices that nobody uses, sends or mends any more: missing, or written off.
GONE = MISSING | {"retired"}

#: What each state of a device may become. ``retired`` is final: a device that comes back
#: to life is entered again, so that its number in the accounts is a new one too.
DEVICE_MOVES: Mapping[str, frozenset[str]] = {
    "spare": GONE | {"in_use", "broken", "repair"},
    "in_use": GONE | {"spare", "broken", "repair"},
    "broken": GONE | {"in_use", "spare", "repair"},
    "repair": GONE | {"in_use", "spare", "broken"},
    "lost": frozenset({"in_use", "spare", "broken", "repair", "stolen", "retired"}),
    "stolen": frozenset({"spare", "broken", "repair", "retired"}),
    "retired": frozenset(),
}

#: What each state of an incident may become.
INCIDENT_MOVES: Mapping[str, frozenset[str]] = {
    "reported": frozenset({"in_progress", "swapped", "closed"}),
    "in_progress": frozenset({"swapped", "closed"}),
    "swapped": frozenset({"closed"}),
    "closed": frozenset(),
}

#: How soon a fault must be looked at: 1 first. A missing device cannot wait, because what
#: is searched for the same day is often found; a key that sticks can.
_PRIORITY: Mapping[str, int] = {
    "lost": 1,
    "screen": 2,
    "power": 2,
    "charging": 2,
    "keyboard": 3,
    "other": 3,
}

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
_EDUCATION_ORDER: Mapping[str, int] = {"REP+": 0, "REP": 1, "": 2}


def normalise_serial(text: str) -> str:
    """Return a serial number as it is compared: capitals and digits only.

    People copy serials with spaces, hyphens, lower case and full-width characters; the
    maker's number is the same. Leading zeros belong to it and stay; O and 0 stay apart.
    Raises ValueError when nothing is left or more than 40 characters are.
    """
    compact = _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKC", text).upper())
    if not compact or len(compact) > 40:
        raise ValueError("not a serial number")
    return compact


def normalise_mac(text: str) -> str:
    """Return a network address as it is stored: six pairs of hexadecimal digits, ``:`` between.

    Written with colons, hyphens, dots or nothing. Raises ValueError for anything else, and for
    an address of a group or of nobody (IEEE 802: the lowest bit of the first byte, all zeros).
    """
    digits = re.sub(r"[\s:.\-]", "", unicodedata.normalize("NFKC", text).upper())
    if re.fullmatch(r"[0-9A-F]{12}", digits) is None:
        raise ValueError("not an address")
    if int(digits[:2], 16) & 1 or digits == "0" * 12:
        raise ValueError("not a device's address")
    return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


def normalise_tag(text: str) -> str:
    """Return an asset tag as it is stored: trimmed, capitals, inner spaces made hyphens."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    return re.sub(r"\s+", "-", folded)


def may_move(before: str, after: str) -> bool:
    """Tell whether a device may pass from one state to another."""
    return after in DEVICE_MOVES.get(before, frozenset())


def unfit_reason(state: str, condition: str, *, already_out: bool) -> str | None:
    """Return why a device cannot be handed out, as a code, or None when it can.

    ``out`` (someone has it), the state itself when it is not in use, ``damaged``.
    """
    if state != "in_use":
        return state
    if already_out:
        return "out"
    return "damaged" if condition == "damaged" else None


def priority_of(kind: str, broken_in_cart: int = 0, cart_slots: int = 0) -> int:
    """Return how soon an incident must be looked at: 1 first, 3 last.

    A fault rises by one once a quarter of its cart is out of order: the class can then no
    longer work two to a device.
    """
    base = _PRIORITY.get(kind, 3)
    crowded = cart_slots > 0 and broken_in_cart * 4 >= cart_slots
    return max(1, base - 1) if crowded else base


def state_after_report(state: str, kind: str, *, usable: bool = True) -> str:
    """Return the state of a device once its fault is reported.

    Lost is lost; a broken screen, battery or keyboard puts a device out of service; with
    another problem it goes on serving, unless somebody saw that it cannot.
    """
    if kind == "lost":
        return state if state == "stolen" else "lost"
    if state != "in_use":
        return state
    return "in_use" if kind == "other" and usable else "broken"


def outcomes_for(kind: str) -> tuple[str, ...]:
    """Return how an incident of a kind can end, most usual first."""
    if kind == "lost":
        return ("found", "not_found", "stolen")
    return ("repaired", "nothing", "retired")


def days_later(day: dt.date, count: int, is_working: Callable[[dt.date], bool]) -> dt.date:
    """Return the ``count``-th working day after a day; the day itself for none."""
    reached, left = day, count
    for _ in range(_FURTHEST):
        if left <= 0:
            break
        reached += dt.timedelta(days=1)
        left -= is_working(reached)
    return reached


def answer_by(
    reported_on: dt.date, priority: int, is_working: Callable[[dt.date], bool]
) -> dt.date:
    """Return the day by which a technician should have looked at an incident."""
    return days_later(reported_on, ANSWER_DAYS[priority], is_working)


def settle_by(
    reported_on: dt.date, priority: int, is_working: Callable[[dt.date], bool], paused_days: int = 0
) -> dt.date:
    """Return the day by which the class should work again.

    School days spent waiting for a part or a supplier do not count.
    """
    return days_later(reported_on, SETTLE_DAYS[priority] + paused_days, is_working)


#: Years between which things of the fleet are bought, guaranteed, under contract.
YEARS = range(1990, 2101)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later; the 31st becomes a shorter month's last day."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def age_band(purchased_on: dt.date | None, today: dt.date) -> int | None:
    """Return a device's age in completed years, 6 standing for six and more.

    None when the day of purchase is not known: unknown is not new.
    """
    if purchased_on is None:
        return None
    before_birthday = (today.month, today.day) < (purchased_on.month, purchased_on.day)
    return max(0, min(6, today.year - purchased_on.year - before_birthday))


def share(part: int, whole: int) -> int:
    """Return ``part`` of ``whole`` in whole percent, rounded half up; 0 of nothing is 0."""
    return (part * 200 + whole) // (whole * 2) if whole else 0


def equipment_rank(priority: str, position_index: int | None, median_index: int) -> tuple[int, int]:
    """Return the key by which schools are equipped, smallest first: REP+, REP, then low IPS.

    A school without a published index is taken at the city's median: missing is not zero.
    """
    index = median_index if position_index is None else position_index
    return (_EDUCATION_ORDER.get(priority, 2), index)
