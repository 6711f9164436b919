"""The council's terms about quotients, by day."""

from __future__ import annotations

import datetime as dt

from families.income.rules import Terms
from families.models import IncomeRule


def terms_on(day: dt.date) -> Terms:
    """Return what was voted and in force on a day; the plain terms before any vote."""
    rule = IncomeRule.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if rule is None:
        return Terms()
    return Terms(
        rounding=rule.rounding,
        retroactive=rule.retroactive,
        max_days=rule.max_days,
        end_month=rule.end_month,
        end_day=rule.end_day,
        remind_days=rule.remind_days,
        resolution=rule.resolution,
    )
