"""Registration rules as pure functions: what is missing, by when one answers, who is due what.

Sources: Code de l'éducation L131-5, L131-6, L212-7 (registration and catchment areas),
D131-3-1 (the only three proofs a city may ask for), D113-1 (two-year-olds); Code de la
santé publique R3111-8 (admission for three months while vaccinations are put in order).
See docs/rules/registration.md.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

#: Days within which the city answers a family (practice of Marseille).
ANSWER_DAYS = 10
#: Months of provisional admission while a vaccination is missing (R3111-8).
PROVISIONAL_MONTHS = 3
#: What a city may ask for before it registers a child (D131-3-1), and nothing else.
REQUIRED_KINDS = ("child_identity", "guardian_identity", "domicile")
#: Of these, which a signed statement may stand in for.
SWORN_KINDS = frozenset({"child_identity", "guardian_identity", "domicile"})
#: Months after which a proof of address is offered no more and an agent looks twice; a city may
#: not demand one that is younger, so that an old one never stands in the way (D131-3-1).
DOMICILE_FRESH_MONTHS = 3

#: How pressing the motives for another school are, first to be looked at first (local).
MOTIVE_ORDER = ("health", "siblings", "continuity", "childcare", "work", "other")


@dataclass(frozen=True)
class Place:
    """What the address says about the school. ``outcome`` says how sure it is.

    ``found``: one school; ``several``: the council's segments overlap, an agent chooses;
    ``none``: no segment; ``outside``: the address is outside the register.
    """

    outcome: str
    school: int | None = None


def catchment(schools: Iterable[int], *, outside: bool = False) -> Place:
    """Decide from the schools whose segments hold the address and that teach the level."""
    if outside:
        return Place("outside")
    found = sorted(set(schools))
    if len(found) == 1:
        return Place("found", found[0])
    return Place("several" if found else "none")


def missing_kinds(given: Iterable[str], sworn: Iterable[str]) -> list[str]:
    """Return the proofs not given yet, in order; their lack never blocks registration."""
    have = set(given) | (set(sworn) & SWORN_KINDS)
    return [kind for kind in REQUIRED_KINDS if kind not in have]


def answer_due(submitted: dt.date) -> dt.date:
    """Return the last day on which the family's answer is in time."""
    return submitted + dt.timedelta(days=ANSWER_DAYS)


def urgency(due: dt.date, today: dt.date) -> str:
    """Return ``late``, ``soon`` (three days or fewer left) or ``fine``."""
    left = (due - today).days
    if left < 0:
        return "late"
    return "soon" if left <= 3 else "fine"


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, or the month's last day where there is none."""
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def provisional_until(admitted: dt.date) -> dt.date:
    """Return the day by which missing vaccinations must be shown."""
    return add_months(admitted, PROVISIONAL_MONTHS)


def may_refuse(level: str | None, outcome: str, *, is_compulsory: bool) -> bool:
    """Tell whether the city may refuse to register a child at all.

    Never a child of compulsory school age who lives here (L131-5: an unjustified refusal
    is put right by the State): only two-year-olds for want of room, children not of age
    for these schools, and families who live in another town.
    """
    return outcome == "outside" or not is_compulsory or level is None


#: A paper form counts from the day it was received if it is typed within so many days.
PAPER_DAYS = 31


def paper_day_problem(received: dt.date, today: dt.date) -> str:
    """Return ``future`` or ``old`` for a day of receipt that may not count, else nothing.

    Nobody loses their place because a form lay in a tray; nobody gains one by a date that
    the city can no longer check.
    """
    if received > today:
        return "future"
    return "old" if (today - received).days > PAPER_DAYS else ""
