"""A friendly reminder before each school year to those whose quotient ends with this one."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock, journal
from core.journal import SYSTEM
from families.access import current_links
from families.actions.income import tell_household
from families.income.rules import year_to_remind_of
from families.income.terms import terms_on
from families.models import Guardianship, Household, IncomeFile, IncomeReminder

#: Reminders of one run: a city's go out over some days, not within a minute.
A_RUN = 5000


def to_remind(starts_on: dt.date) -> QuerySet[Household]:
    """Return the households with children that no quotient covers when the year begins.

    Only those that can be written to; who has a declaration waiting has done their part.
    """
    files = IncomeFile.objects.filter(household=OuterRef("pk"))
    covered = files.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=starts_on), checked_at__isnull=False
    )
    waiting = files.filter(checked_at__isnull=True, refused_at__isnull=True)
    parents = Guardianship.objects.filter(
        current_links(), guardian__household=OuterRef("pk"), guardian__user__is_active=True
    )
    reminded = IncomeReminder.objects.filter(household=OuterRef("pk"), year_starts_on=starts_on)
    return Household.objects.filter(
        Exists(parents), ~Exists(covered), ~Exists(waiting), ~Exists(reminded)
    ).order_by("pk")


def remind(limit: int = A_RUN) -> int:
    """Queue what is due today, once for each household and year; return how many."""
    today = clock.today()
    starts_on = year_to_remind_of(today, terms_on(today))
    if starts_on is None:
        return 0
    keys = list(to_remind(starts_on).values_list("pk", flat=True)[:limit])
    return sum(_remind(pk, starts_on) for pk in keys)


@transaction.atomic
def _remind(household_id: int, starts_on: dt.date) -> bool:
    Household.objects.select_for_update().get(pk=household_id)
    row, made = IncomeReminder.objects.get_or_create(
        household_id=household_id, year_starts_on=starts_on
    )
    if not made:
        return False
    tell_household(household_id, "family_income_reminder", f"{starts_on:%Y}-{household_id}")
    journal.record(SYSTEM, "income_reminder.queue", row, household=household_id)
    return True
