"""How many guesses a password takes, in bits: the cheapest way to write it down.

A guesser tries words of the common lists first, then names, rows of the keyboard, years,
repetitions, and letters one by one last; the estimate is the cheapest such spelling (a
shortest path over the text). CNIL, délibération 2022-100: 50 bits, together with a limit on
tries; 80 where nothing limits them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

#: What we ask, and what deserves praise.
REQUIRED, STRONG = 50.0, 75.0
_LONGEST, _LONGEST_WORD = 128, 40
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1a2z3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
_LEET = str.maketrans("013457@$!", "oieastasi")


class Level(IntEnum):
    """The verdict, from worst to best."""

    VERY_WEAK = 0
    WEAK = 1
    FAIR = 2
    STRONG = 3


@dataclass(frozen=True)
class Strength:
    """An estimate."""

    bits: float

    @property
    def level(self) -> Level:
        """The verdict in four steps; the upper two are accepted."""
        if self.bits < REQUIRED / 2:
            return Level.VERY_WEAK
        if self.bits < REQUIRED:
            return Level.WEAK
        return Level.FAIR if self.bits < STRONG else Level.STRONG

    @property
    def enough(self) -> bool:
        """Tell whether it may be used."""
        return self.bits >= REQUIRED


def deleet(text: str) -> str:
    """Undo the usual disguises: p@55w0rd is password."""
    return text.translate(_LEET)


def _letter_bits(char: str) -> float:
    if char.isdigit():
        return math.log2(10)
    if char.isascii() and char.isalpha():
        return math.log2(26) + (1 if char.isupper() else 0)
    return math.log2(33) if char.isascii() else math.log2(100)


def _disguise_bits(piece: str) -> float:
    """Capitals and figures for letters: what they add to a known word."""
    upper = sum(char.isupper() for char in piece)
    bits = 0.0
    if upper:
        simple = piece[0].isupper() and upper == 1
        bits += 1 if simple or upper == len(piece) else min(upper, len(piece) - upper) + 1
    if deleet(piece.lower()) != piece.lower():
        bits += 1.5
    return bits


def _run_bits(low: str) -> float | None:
    """Price rows of the keyboard or the alphabet, one letter repeated, years and dates."""
    if len(low) >= 3:
        if len(set(low)) == 1:
            return _letter_bits(low[0]) + math.log2(len(low))
        if any(low in row or low[::-1] in row for row in _ROWS):
            return 5 + math.log2(len(low))
    if low.isdigit():
        if len(low) == 4 and "1900" <= low <= "2049":
            return math.log2(150)
        if len(low) in (6, 8) and int(low[:2]) <= 31 and 1 <= int(low[2:4]) <= 12:
            return math.log2(366 * (100 if len(low) == 6 else 150))
    return None


def estimate(
    password: str, *, ranks: Mapping[str, int] | None = None, personal: Iterable[str] = ()
) -> Strength:
    """Return how many bits a password is worth to somebody who knows us.

    ``ranks`` tells how early a guesser tries a common word; ``personal`` are words about its
    owner, which are tried first of all. Beyond 128 characters nothing more is counted.
    """
    text = password[:_LONGEST]
    own = {word.lower(): 1 for word in personal if len(word) >= 3}
    known = (own, ranks or {})
    best = [0.0] + [math.inf] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(end):
            cost = _piece_bits(text, start, end, known)
            if cost is not None:
                best[end] = min(best[end], best[start] + cost)
    return Strength(best[-1])


def _piece_bits(
    text: str, start: int, end: int, known: tuple[Mapping[str, int], ...]
) -> float | None:
    """Return what the cheapest guess at one piece costs, or None where there is no shortcut."""
    piece, size = text[start:end], end - start
    if size == 1:
        return _letter_bits(piece)
    costs = []
    low = piece.lower()
    if 3 <= size <= _LONGEST_WORD:
        spelt = {low, deleet(low), low[::-1]}
        ranked = [words[word] for words in known for word in spelt if word in words]
        costs += [math.log2(rank + 1) + _disguise_bits(piece) for rank in ranked]
    run = _run_bits(low)
    if run is not None:
        costs.append(run)
    if size >= 2 and start >= size and text[start - size : start].lower() == low:
        costs.append(1.5)
    return min(costs, default=None)
