"""How a pupil proves who they are: a card, then three pictures. Pure functions.

A card holds 128 random bits, and stands for the device in CNIL recommendation 2022-100
(something one has); the picture code is what one knows: 12 pictures, three picks, 1,716
codes, behind a lock after five wrong tries, which the recommendation asks of short codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

#: The pictures on the grid, in the order in which they always stand: children learn places.
PICTURES: tuple[str, ...] = (
    "chat",
    "bateau",
    "soleil",
    "fleur",
    "poisson",
    "maison",
    "ballon",
    "etoile",
    "pomme",
    "velo",
    "arbre",
    "lune",
)
CODE_LENGTH = 3
#: Wrong codes in a row after which only a teacher can open the account again.
MAX_TRIES = 5
#: Days during which a pupil without a code may choose one with the card alone.
CHOICE_DAYS = 15


def is_acceptable(pictures: Sequence[str]) -> bool:
    """Tell whether three picks make a code: known pictures, not three times the same."""
    return (
        len(pictures) == CODE_LENGTH
        and all(picture in PICTURES for picture in pictures)
        and len(set(pictures)) > 1
    )


def locks(wrong_tries: int) -> bool:
    """Tell whether so many wrong codes in a row lock the account."""
    return wrong_tries >= MAX_TRIES


def choice_ends(now: dt.datetime) -> dt.datetime:
    """Return until when a code may be chosen with the card alone, from now on."""
    return now + dt.timedelta(days=CHOICE_DAYS)


@dataclass(frozen=True)
class Status:
    """The state of a pupil's account in one word for the teacher, with its tone."""

    code: str
    tone: str


def status(
    *, active: bool, locked: bool, has_card: bool, has_code: bool, may_choose: bool
) -> Status:
    """Return what a teacher should know first about an account.

    ``may_choose`` tells whether the pupil without a code can still choose one.
    """
    if not active:
        return Status("none", "plain")
    if locked:
        return Status("locked", "urgent")
    if not has_card:
        return Status("no_card", "warning")
    if has_code:
        return Status("ready", "success")
    return Status("to_choose", "info") if may_choose else Status("expired", "warning")
