"""Code 128 as ISO/IEC 15417 defines it, over plain texts: symbols, check digit, bars.

Sets B (printable ASCII) and C (pairs of digits) are used, whichever makes the shortest bar
code; set A only adds control characters, which no label has.
"""

from __future__ import annotations

import re
from functools import cache

#: Widths of bar, space, bar, space, bar, space for each symbol value; the stop has one more bar.
WIDTHS = re.findall(
    r"\d+",
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 "
    "112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 "
    "311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112 ",
)
START = {"B": 104, "C": 105}
SWITCH = {"B": 100, "C": 99}
STOP = 106
#: Blank modules that a reader needs on each side.
QUIET = 10


def check_digit(values: list[int]) -> int:
    """Return the check symbol of a start symbol and what follows it."""
    return (values[0] + sum(place * value for place, value in enumerate(values))) % 103


def symbols(text: str) -> list[int]:
    """Return a text as symbol values, from start to stop, in as few symbols as can be.

    Raises ValueError for an empty text or one beyond printable ASCII.
    """
    if not text or any(not " " <= char <= "~" for char in text):
        raise ValueError("Code 128 sets B and C hold printable ASCII")
    values = min((_shortest(text, code_set) for code_set in "BC"), key=len)
    return [*values, check_digit(values), STOP]


def _shortest(text: str, first: str) -> list[int]:
    @cache
    def rest(at: int, code_set: str) -> tuple[int, ...]:
        """Return the fewest symbols for what follows, one's set being ``code_set``."""
        if at == len(text):
            return ()
        ways = []
        for wanted in "BC":
            turn = () if wanted == code_set else (SWITCH[wanted],)
            pair = text[at : at + 2]
            if wanted == "B":
                ways.append((*turn, ord(text[at]) - 32, *rest(at + 1, "B")))
            elif len(pair) == 2 and pair.isdecimal():
                ways.append((*turn, int(pair), *rest(at + 2, "C")))
        return min(ways, key=len)

    return [START[first], *rest(0, first)]


def bars(text: str) -> tuple[list[tuple[int, int]], int]:
    """Return each bar of a text as its offset and width in modules, and the width of all."""
    found: list[tuple[int, int]] = []
    offset = 0
    for value in symbols(text):
        for place, width in enumerate(map(int, WIDTHS[value])):
            if place % 2 == 0:
                found.append((offset, width))
            offset += width
    return found, offset
