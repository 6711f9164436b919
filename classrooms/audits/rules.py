"""What a scanned text may mean, over plain values: an address, a number, a wrong keyboard.

Sources: docs/rules/fleet-audits.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from classrooms.rules import normalise_serial, normalise_tag

#: Longest text kept of a scan.
LONGEST = 200
#: Acts on scans in one sending: a whole cart several times over.
MOST_ACTS = 200

#: How long a scan may have waited on a telephone, and how far a clock may run ahead.
_OLDEST, _AHEAD = dt.timedelta(days=366), dt.timedelta(days=1)

#: A reader set to an American keyboard types by position: on a French one, "1" comes as "&".
_KEYBOARD = str.maketrans(
    {
        "&": "1", "é": "2", '"': "3", "'": "4", "(": "5", "-": "6", "è": "7", "_": "8",
        "ç": "9", "à": "0", ")": "-", "°": "_", "a": "q", "q": "a", "z": "w", "w": "z",
        "A": "Q", "Q": "A", "Z": "W", "W": "Z", "m": ";", "M": ":", ",": "m", "?": "M",
        ";": ",", ":": ".", ".": "<", "!": "/", "§": "?", "ù": "'", "%": '"',
    }
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a text may be: a label's token, or an inventory number and a serial."""

    token: str = ""
    tag: str = ""
    serial: str = ""


def printable(text: str) -> str:
    """Return a text without what no reader sends and no database takes, and not too long."""
    return "".join(char for char in text if char.isprintable()).strip()[:LONGEST]


def readings(text: str) -> list[Reading]:
    """Return what a scanned text may mean, likeliest first; nothing for an empty one."""
    text = printable(text)
    if not text:
        return []
    found = [_reading(text)]
    if not text.isalnum() and (other := text.translate(_KEYBOARD)) != text:
        found.append(_reading(other))
    return found


def _reading(text: str) -> Reading:
    address = text.rstrip("/").rsplit("/e/", 1)
    if len(address) == 2:
        return Reading(token=address[1])
    try:
        return Reading(tag=normalise_tag(text), serial=normalise_serial(text))
    except ValueError:
        return Reading(tag=normalise_tag(text))


def believable(at: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """Return the hour that a telephone gives to a scan, unless its clock cannot be right."""
    if at is None or not now - _OLDEST < at < now + _AHEAD:
        return None
    return at


def free_slot(slots: int, taken: set[int]) -> int | None:
    """Return the first slot of a cart that holds nothing, or None."""
    return next((number for number in range(1, slots + 1) if number not in taken), None)
