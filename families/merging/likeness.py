"""When two files look like one person's; pure functions, for a clerk to follow.

Children: the same birth date (or day and month swapped) and the same names, accents, order and
a typing error aside. Twins are told apart by their given names: of two children declared by the
same person on the same date, different given names are never a double, even a letter apart,
unless they sound the same.

Guardians: the same names and, besides, a telephone, an e-mail or a child in common. A shared
telephone or e-mail alone says nothing: couples share them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from families.desk.words import fold, letters_apart, sound_of


@dataclass(frozen=True)
class ChildFacts:
    """What is compared of a child. ``guardians`` are the ids of those who answer for them."""

    pk: int
    given_name: str
    family_names: tuple[str, ...]
    birth_date: dt.date
    guardians: frozenset[int] = frozenset()


@dataclass(frozen=True)
class GuardianFacts:
    """What is compared of a guardian."""

    pk: int
    given_name: str
    family_names: tuple[str, ...]
    phone: str = ""
    email: str = ""
    children: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Likeness:
    """How much two files look alike, from 0 to 100, and why (codes)."""

    score: int
    reasons: tuple[str, ...]


def glued(name: str) -> str:
    """Return a name in one folded word: ``Jean-Luc`` and ``jean luc`` are one."""
    return fold(name).replace(" ", "")


def swapped(day: dt.date) -> dt.date | None:
    """Return the date with day and month exchanged, if that is another date."""
    if day.day > 12 or day.day == day.month:
        return None
    return dt.date(day.year, day.day, day.month)


def _apart(left: str, right: str) -> int:
    """Letters apart; names of three letters or fewer are the same or they are not."""
    if left == right:
        return 0
    return letters_apart(left, right) if min(len(left), len(right)) > 3 else 9


def _nearest(left: Iterable[str], right: Iterable[str]) -> int:
    others = [glued(name) for name in right if name]
    return min((_apart(glued(a), b) for a in left if a for b in others), default=9)


def child_likeness(left: ChildFacts, right: ChildFacts) -> Likeness | None:
    """Tell whether two children look like one; symmetric, blind to accents and case."""
    same_day = left.birth_date == right.birth_date
    if not same_day and swapped(left.birth_date) != right.birth_date:
        return None
    names = _names_apart(left.given_name, left.family_names, right.given_name, right.family_names)
    if names is None:
        return None
    given, family, crossed = names
    if crossed and given + family:
        return None
    if given and left.guardians & right.guardians and not _same_sound(left, right):
        # Twins whose names are a letter apart, declared by one person: Lina and Lila.
        return None
    kin = bool(left.guardians & right.guardians)
    points = {
        "same_birth_date": 0 if same_day else None,
        "swapped_date": None if same_day else 20,
        "names_swapped": 10 if crossed else None,
        "one_letter": 15 if given or family else None,
        "same_names": None if crossed or given or family else 0,
        "shared_guardian": 0 if kin else None,
    }
    reasons = {code: lost for code, lost in points.items() if lost is not None}
    return Likeness(95 + 5 * kin - sum(reasons.values()), tuple(sorted(reasons)))


def _same_sound(left: ChildFacts, right: ChildFacts) -> bool:
    return sound_of(glued(left.given_name)) == sound_of(glued(right.given_name))


def _names_apart(
    given: str, families: tuple[str, ...], other_given: str, other_families: tuple[str, ...]
) -> tuple[int, int, bool] | None:
    """Return letters apart in given and in family name, and whether they are crossed."""
    straight = (
        _apart(glued(given), glued(other_given)),
        _nearest(families, other_families),
        False,
    )
    crossed = (
        _nearest([given], other_families),
        _nearest([other_given], families),
        True,
    )
    best = min(straight, crossed, key=lambda one: (one[0] + one[1], one[2]))
    return best if best[0] + best[1] <= 1 else None


def guardian_likeness(left: GuardianFacts, right: GuardianFacts) -> Likeness | None:
    """Tell whether two guardians look like one; symmetric, blind to accents and case."""
    names = _names_apart(left.given_name, left.family_names, right.given_name, right.family_names)
    if names is None:
        return None
    given, family, crossed = names
    reasons: list[str] = []
    if left.phone and left.phone == right.phone:
        reasons.append("same_phone")
    if left.email and left.email == right.email:
        reasons.append("same_email")
    if left.children & right.children:
        reasons.append("shared_child")
    if not reasons:
        return None
    score = 60 + 15 * len(reasons)
    if given or family:
        # One letter may set two people of a family apart (Jean, Jeanne): more must agree.
        if given and not _sounds_same(left.given_name, right.given_name) and len(reasons) < 2:
            return None
        reasons.append("one_letter")
        score -= 15
    else:
        reasons.append("names_swapped" if crossed else "same_names")
    return Likeness(min(score, 100), tuple(sorted(reasons)))


def _sounds_same(left: str, right: str) -> bool:
    return sound_of(glued(left)) == sound_of(glued(right))


def given_names_alike(left: str, right: str) -> bool:
    """Tell whether two given names are one, a letter or a spelling apart."""
    return _apart(glued(left), glued(right)) <= 1 or _sounds_same(left, right)
