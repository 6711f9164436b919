"""Family rules as pure functions: who pays, which quotient counts, how an address is read.

Sources: Code civil 371-1 and 373-2 for parents' shared duties; splitting bills between
separated parents is a local policy with several modes, not a law (see
docs/rules/families.md).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Shares of one bill: guardian's key and weight in percent, adding up to 100.
Payers = list[tuple[int, int]]

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"\s*(\d{1,5})\s*[,-]?\s*([a-z]{0,6})\s*", re.IGNORECASE)
#: How people write repetition indices, and how the register writes them.
_SUFFIXES = {
    "": "",
    "b": "bis",
    "bis": "bis",
    "t": "ter",
    "ter": "ter",
    "q": "quater",
    "quater": "quater",
}


@dataclass(frozen=True)
class Share:
    """One payer within a rule; ``weeks`` is ``all``, ``odd`` or ``even`` (ISO weeks)."""

    guardian: int
    percent: int
    weeks: str = "all"


@dataclass(frozen=True)
class PayingRule:
    """Who pays for a child from ``valid_from`` on, until a newer rule begins.

    ``ends_on`` is the first day without it: somebody it names has died or is no longer
    responsible. An older rule does not come back to life.
    """

    valid_from: dt.date
    mode: str
    shares: tuple[Share, ...]
    ends_on: dt.date | None = None

    @property
    def never_counted(self) -> bool:
        """True for a rule that ended before its first day."""
        return self.ends_on is not None and self.ends_on <= self.valid_from


@dataclass(frozen=True)
class QuotientPeriod:
    """A checked family quotient (whole euros a month), first and last day included."""

    valid_from: dt.date
    valid_until: dt.date | None
    quotient: int


def week_parity(day: dt.date) -> str:
    """Return ``odd`` or ``even`` for the ISO week that holds ``day``.

    The rule follows the calendar, as rulings do ("semaines impaires"): weeks 53 and 1
    are both odd, so once in five or six years the same parent has two weeks running.
    """
    return "odd" if day.isocalendar().week % 2 else "even"


def rule_on(rules: Iterable[PayingRule], day: dt.date) -> PayingRule | None:
    """Return the newest rule begun by a service day, or None if there is none or it has ended."""
    begun = [rule for rule in rules if rule.valid_from <= day and not rule.never_counted]
    newest = max(begun, key=lambda rule: rule.valid_from, default=None)
    if newest is not None and newest.ends_on is not None and newest.ends_on <= day:
        return None
    return newest


def payers_on(rules: Iterable[PayingRule], day: dt.date, default: int | None) -> Payers:
    """Return who pays for a service day, with weights in percent that add up to 100.

    Without a rule, or when a broken one names nobody for that week, ``default`` pays
    all; without a default nobody does and the list is empty.
    """
    rule = rule_on(rules, day)
    fallback: Payers = [] if default is None else [(default, 100)]
    if rule is None:
        return fallback
    parity = week_parity(day)
    shares = [s for s in rule.shares if s.weeks in ("all", parity)]
    payers = [(s.guardian, s.percent) for s in sorted(shares, key=lambda s: s.guardian)]
    if rule.mode == "alternating":
        payers = [(guardian, 100) for guardian, _ in payers]
    return payers if sum(percent for _, percent in payers) == 100 else fallback


def shares_problem(mode: str, shares: Sequence[Share]) -> str | None:
    """Return the code of what is wrong with a set of shares, or None when it is sound.

    Codes: ``nobody``, ``one_payer``, ``total`` (not 100 %), ``weeks`` (an alternating
    rule needs one payer for odd and another for even weeks), ``twice``.
    """
    if not shares:
        return "nobody"
    if len({s.guardian for s in shares}) != len(shares):
        return "twice"
    if mode == "single":
        sound = len(shares) == 1 and shares[0].percent == 100 and shares[0].weeks == "all"
        return None if sound else "one_payer"
    if mode == "percentage":
        total = sum(s.percent for s in shares)
        positive = all(s.percent > 0 and s.weeks == "all" for s in shares)
        return None if total == 100 and positive and len(shares) > 1 else "total"
    weeks = sorted(s.weeks for s in shares)
    return None if weeks == ["even", "odd"] else "weeks"


def quotient_on(periods: Iterable[QuotientPeriod], day: dt.date) -> int | None:
    """Return the quotient that sets the tariff on a service day, in euros a month.

    The newest file that covers the day; none means None, that is the top tariff, without
    retroactive effect (practice of Paris).
    """
    covering = [
        p
        for p in periods
        if p.valid_from <= day and (p.valid_until is None or day <= p.valid_until)
    ]
    newest = max(covering, key=lambda p: p.valid_from, default=None)
    return None if newest is None else newest.quotient


def fold(text: str) -> str:
    """Fold a name for look-up: lower case, no accents, no hyphens, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return _NOT_WORD.sub(" ", plain).strip()


def same_name(one: str, other: str) -> bool:
    """Tell whether two names differ at most by case, accents, hyphens and spaces."""
    return fold(one) == fold(other) and bool(fold(one))


def read_number(text: str) -> tuple[int | None, str]:
    """Read a house number as people type it: ``"12 B"`` → ``(12, "bis")``.

    Empty means none. Raises ValueError for anything that is not a number from 1 to
    99,999 with an optional repetition index.
    """
    if not text.strip():
        return None, ""
    match = _NUMBER.fullmatch(text)
    if not match or int(match[1]) == 0:
        raise ValueError(f"not a house number: {text!r}")
    suffix = match[2].lower()
    if suffix not in _SUFFIXES and len(suffix) > 1:
        raise ValueError(f"not a repetition index: {suffix!r}")
    return int(match[1]), _SUFFIXES.get(suffix, suffix.upper())


#: How long a family may let somebody act for it, in days (as Aidants Connect's mandates).
MANDATE_DAYS = (1, 31, 182, 365)
#: States in which no second mandate for the same helper may be opened.
OPEN_MANDATE = frozenset({"draft", "to_check", "active"})


def last_day_of_mandate(starts_on: dt.date, days: int) -> dt.date:
    """Return the last day on which a mandate holds; it does so until midnight in Paris.

    The day it begins is day one: of one day it ends that night, of 31 days begun on the
    31st of January it ends on the 2nd of March (the 1st in a leap year). Days are counted,
    never months, so that no month end shortens one.
    """
    if days not in MANDATE_DAYS:
        raise ValueError(f"a mandate lasts one of {MANDATE_DAYS} days, not {days}")
    return starts_on + dt.timedelta(days=days - 1)


def mandate_covers(starts_on: dt.date | None, last_day: dt.date | None, day: dt.date) -> bool:
    """Tell whether a day lies within a mandate, first and last day included."""
    return starts_on is not None and last_day is not None and starts_on <= day <= last_day


def warning_day(starts_on: dt.date, last_day: dt.date) -> dt.date | None:
    """Return the day on which the family is told that a mandate is about to end, if any.

    Seven days before the last one; none for a mandate of a day, which tells nothing new.
    """
    return None if starts_on == last_day else last_day - dt.timedelta(days=7)


#: How long one session of acting for a family lasts before it must be prolonged.
SESSION_LENGTH = dt.timedelta(minutes=30)
#: Nobody acts for a family longer than this without beginning anew.
SESSION_AT_MOST = dt.timedelta(hours=4)


def session_end(started_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return until when a session lasts if it begins or is prolonged now."""
    return min(now + SESSION_LENGTH, started_at + SESSION_AT_MOST)
