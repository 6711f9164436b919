"""The number that a word of a query or a text says: in words, as an ordinal, in Roman. Pure."""

from __future__ import annotations

import re

_WORDS = (
    "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize", "vingt", "trente", "quarante", "cinquante",
    "soixante", "cent", "mille",
)  # fmt: skip
_VALUES = dict(zip(_WORDS, (*range(2, 17), 20, 30, 40, 50, 60, 100, 1000), strict=True))
#: Third, fourth … by the word they are made of: "quatr" and "ième".
_RANKS = {f"{word.removesuffix('e')}ieme": value for word, value in _VALUES.items()}
_RANKS |= {"cinquieme": 5, "neuvieme": 9}
#: Tenths, hundredths, thousandths are notions of their own.
for _part in ("dixieme", "centieme", "millieme"):
    del _RANKS[_part]
#: 3e, 20ème …; 1er, 1re, 2nd, 2nde are words of their own.
_ORDINAL = re.compile(r"(\d+)(?:i?e(?:me)?s?)")
#: Kings and centuries: XIV is 14, XIXe is 19e. Of one letter none, and "vie" is life.
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})(?:e|eme)?")
_ONES = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}


def number_of(folded: str) -> str:
    """Return the figures of the number that a folded word says, or an empty text."""
    if folded[:1].isdigit():
        match = _ORDINAL.fullmatch(folded)
        return match[1] if match else ""
    plain = folded.removesuffix("s")
    for word in (folded, plain):
        if value := _VALUES.get(word) or _RANKS.get(word):
            return str(value)
    match = _ROMAN.fullmatch(folded) if folded != "vie" else None
    if match is None or len(match[1] + match[2]) < 2:
        return ""
    return str(10 * len(match[1]) + _ONES[match[2]])
