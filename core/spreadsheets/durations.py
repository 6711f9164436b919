"""Lengths of time as suppliers write them: ``36``, ``36 mois``, ``3 ans``, ``2 ans et 6 mois``."""

from __future__ import annotations

import re
from functools import lru_cache

from core.spreadsheets.columns import plain

#: Nothing is promised for longer: what is more is no length of time.
MOST_MONTHS = 240
#: A bare number below may count months or years.
_DOUBTFUL = 12

_MONTHS = r"(?:mois|months?|mths?|m)"
_YEARS = r"(?:ans?|annees?|years?|yrs?)"
#: What may stand after: "sur site", "retour atelier", "J+1"; no further number.
_AFTER = r"(?: (?:j 1|[a-z]+))*"
_HALVES = re.compile(rf"(\d{{1,2}})\s?[.,]\s?5\s?{_YEARS}\b[^\d]*")
_BOTH = re.compile(rf"(\d{{1,2}}) ?{_YEARS}(?: et)? (\d{{1,2}}) ?{_MONTHS}{_AFTER}")
_ONE = re.compile(rf"(\d{{1,3}}) ?(?:({_MONTHS})|({_YEARS})){_AFTER}")
_UNIT = re.compile(rf"(?:.* )?(?:({_MONTHS})|({_YEARS}))")


class Doubtful(ValueError):
    """A number of which nothing says whether it counts months or years."""


@lru_cache(maxsize=64)
def unit_of(title: str) -> str:
    """Return what a column's numbers count by its title: "months", "years" or ""."""
    match = _UNIT.fullmatch(plain(title))
    if match is None:
        return ""
    return "months" if match[1] else "years"


def months_of(text: str, unit: str = "") -> int | None:
    """Return how many months a cell says, or None when it says no length of time.

    A bare number counts what ``unit`` says, months without it. Raises Doubtful for one below
    twelve without a unit: 3 may well be years.
    """
    folded = plain(text).removeprefix("garantie ")
    if folded.isascii() and folded.isdecimal() and folded == text.strip():
        months = int(folded) * (12 if unit == "years" else 1)
        if not unit and 0 < months < _DOUBTFUL:
            raise Doubtful(text)
    elif (match := _HALVES.fullmatch(_bare(text))) is not None:
        months = int(match[1]) * 12 + 6
    elif (match := _BOTH.fullmatch(folded)) is not None:
        months = int(match[1]) * 12 + int(match[2])
    elif (match := _ONE.fullmatch(folded)) is not None:
        months = int(match[1]) * (1 if match[2] else 12)
    else:
        return None
    return months if months <= MOST_MONTHS else None


def _bare(text: str) -> str:
    return re.sub(r"[^\w.,+ ]", "", text.casefold().replace("é", "e")).strip()
