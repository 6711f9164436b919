"""Rules of the second life of devices, over plain values: worth, wiping, lots, rates.

Sources: docs/rules/fleet-secondlife.md.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

#: What each step of a device's way out may become.
DEPARTURE_MOVES: Mapping[str, frozenset[str]] = {
    "proposed": frozenset({"decided", "refused", "reused", "gone"}),
    "decided": frozenset({"gone"}),
    "gone": frozenset(),
    "refused": frozenset(),
    # Back to the bench when the wipe that let it serve again turns out never to have been.
    "reused": frozenset({"proposed"}),
}

#: What each step of a lot may become, whatever its kind.
LOT_MOVES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"proposed", "cancelled"}),
    "proposed": frozenset({"draft", "accepted", "cancelled"}),
    "accepted": frozenset({"gone", "cancelled"}),
    "gone": frozenset(),
    "cancelled": frozenset(),
}

#: Worth of one thing beyond which it may not be given away, in cents.
GIFT_CEILING_CENTS = 30_000

#: Age at the writing off beyond which a device is recycled and not counted for reuse.
REUSE_YEARS = 10

#: How data are removed, after NIST SP 800-88: technique → category.
TECHNIQUES: Mapping[str, str] = {
    "overwrite": "clear",
    "reset": "clear",
    "crypto": "purge",
    "block": "purge",
    "degauss": "purge",
    "shred": "destroy",
    "incinerate": "destroy",
}

#: Categories good enough for what leaves the city's hands.
FOR_LEAVING = frozenset({"purge", "destroy"})

#: Where a device most often goes, by the reason it stops serving.
_USUAL: Mapping[str, str] = {
    "age": "give",
    "system": "give",
    "surplus": "give",
    "irreparable": "recycle",
    "lost": "none",
}

_RNA = re.compile(r"W\d{9}")


def worth(cost_cents: int | None, bought: dt.date | None, life_months: int, on: dt.date) -> int:
    """Return what is left of a price paid, written down evenly over the expected life.

    Whole months count; nothing is left after the last. What was paid or when is unknown
    for old things only: they are worth nothing.
    """
    if not cost_cents or bought is None or life_months <= 0:
        return 0
    months = (on.year - bought.year) * 12 + on.month - bought.month - (on.day < bought.day)
    return cost_cents * max(0, life_months - max(0, months)) // life_months


def usual_destination(reason: str) -> str:
    """Return where a device goes unless somebody knows better."""
    return _USUAL.get(reason, "recycle")


def technique_fits(technique: str, media: str) -> bool:
    """Tell whether a technique does anything to a kind of storage.

    A magnetic field does nothing to flash memory; a factory reset needs something to reset.
    """
    if technique not in TECHNIQUES or media == "none":
        return False
    return technique != "degauss" or media == "hdd"


def needs_other_eyes(category: str) -> bool:
    """Tell whether somebody else than the operator must verify a wipe.

    A clearing stays in the city's hands and is done by the dozen; what lets data leave the
    city, and what cannot be undone, is looked at by a second person.
    """
    return category in FOR_LEAVING


def is_clean(
    media: str,
    wiped_at: dt.datetime | None,
    category: str,
    last_use: dt.datetime | None,
    *,
    leaving: bool,
) -> bool:
    """Tell whether nothing of a former use can be read on a device.

    A wipe counts only when it came after the last use, and leaving asks for more than a
    clearing. A device without storage has nothing to read.
    """
    if media == "none":
        return True
    if wiped_at is None or (last_use is not None and wiped_at <= last_use):
        return False
    return category in FOR_LEAVING or not leaving


def is_registration(text: str) -> bool:
    """Tell whether a text is an association's RNA number, or a SIREN or SIRET that adds up."""
    compact = re.sub(r"\s", "", text.upper())
    if _RNA.fullmatch(compact):
        return True
    return compact.isascii() and compact.isdecimal() and len(compact) in (9, 14) and luhn(compact)


def luhn(digits: str) -> bool:
    """Tell whether digits pass Luhn's check, as SIREN and SIRET numbers do."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def target_percent(year: int) -> int | None:
    """Return the share of devices that the decree wants reused in a year; None before 2023."""
    if year < 2023:
        return None
    return {2023: 25, 2024: 35}.get(year, 50)


def counts_for_reuse(bought: dt.date | None, decided: dt.date) -> bool:
    """Tell whether a device counts for the decree: not older than ten years when written off.

    Unknown is not old: a device without a day of purchase counts.
    """
    if bought is None:
        return True
    birthdays = (decided.month, decided.day) < (bought.month, bought.day)
    completed = decided.year - bought.year - birthdays
    return completed < REUSE_YEARS or (
        completed == REUSE_YEARS and (decided.month, decided.day) == (bought.month, bought.day)
    )


def percent(part: int, whole: int) -> int | None:
    """Return a share in whole percent, rounded half up; of nothing there is none."""
    return (part * 200 + whole) // (whole * 2) if whole else None
