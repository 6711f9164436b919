"""The family quotient as pure functions: computed, from when, until when, when to remind.

Sources: for families without a CAF file, reference tax income / 12 / shares (rule of Paris
for families that are no CAF beneficiaries); no file means the top tariff without retroactive
effect (same). Rounding, retroactivity and dates are voted locally: they reach these functions
as ``Terms``. See docs/rules/families-income.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

DOWN, NEAREST, UP = "down", "nearest", "up"
#: What may be written on a tax notice: shares go by quarters.
SHARE_STEP = Decimal("0.25")
HIGHEST_SHARES = Decimal(30)


@dataclass(frozen=True)
class Terms:
    """What the council has voted about quotients, as in force on a day.

    Without a vote nothing is retroactive, a file ends with the school year on 31 August, and
    cents of a computed quotient are left out, to the family's advantage.
    """

    rounding: str = DOWN
    retroactive: bool = False
    max_days: int = 0
    end_month: int = 8
    end_day: int = 31
    remind_days: int = 75
    resolution: str = ""


def computed_quotient(reference_income: int, shares: Decimal, rounding: str = DOWN) -> int:
    """Return reference tax income / 12 / shares, in whole euros a month.

    A negative income counts as none. Raises ValueError for shares that no tax notice shows.
    """
    if shares < 1 or shares > HIGHEST_SHARES or shares % SHARE_STEP:
        raise ValueError(f"no such number of shares: {shares}")
    exact = Fraction(max(reference_income, 0)) / 12 / Fraction(shares)
    whole = exact.numerator // exact.denominator
    rest = exact - whole
    if rounding == UP:
        return whole + (rest > 0)
    if rounding == NEAREST:
        return whole + (rest >= Fraction(1, 2))
    if rounding == DOWN:
        return whole
    raise ValueError(f"no such rounding: {rounding}")


def earliest_start(declared_on: dt.date, terms: Terms) -> dt.date:
    """Return the first day a quotient may count from: the day it was declared on.

    Earlier only if the council's terms say so, and by as many days as they say.
    """
    return declared_on - dt.timedelta(days=terms.max_days if terms.retroactive else 0)


def end_of_validity(day: dt.date, terms: Terms) -> dt.date:
    """Return the last day of a file declared on ``day``: the end of the school year.

    Declared when the end is so near that the next year's files are being asked for, it holds
    until the end of that next year.
    """
    end = dt.date(day.year, terms.end_month, terms.end_day)
    if end < day:
        end = dt.date(day.year + 1, terms.end_month, terms.end_day)
    if (end - day).days < terms.remind_days:
        end = dt.date(end.year + 1, terms.end_month, terms.end_day)
    return end


def year_to_remind_of(today: dt.date, terms: Terms) -> dt.date | None:
    """Return the first day of the coming year when families are to be reminded, else None."""
    end = dt.date(today.year, terms.end_month, terms.end_day)
    if end < today:
        return None
    return end + dt.timedelta(days=1) if (end - today).days < terms.remind_days else None
