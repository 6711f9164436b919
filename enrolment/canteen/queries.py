"""Readings shared by acts and pages: calendar and terms, a child's school, what is booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from core import clock
from enrolment.canteen.models import MealRegistration, ServiceRule, WeeklyPattern
from enrolment.canteen.rules.calendar import ServiceCalendar, Span, Year
from enrolment.canteen.rules.cutoff import Service, Terms, TermsTable
from enrolment.canteen.rules.patterns import Pattern, Plan
from enrolment.schools.models import RollEntry, School, SchoolYear
from families.models import Child

#: What holds until the council has voted something else.
DEFAULT_TERMS = Terms(valid_from=dt.date(1900, 1, 1))


def load_service() -> Service:
    """Return the service calendar of every known school year and the dated terms. 3 queries."""
    rows = tuple(rule.terms() for rule in ServiceRule.objects.order_by("valid_from"))
    table = TermsTable(rows or (DEFAULT_TERMS,))
    years = [
        Year(
            year.start_year,
            Span(year.starts_on, year.ends_on),
            tuple(Span(c.starts_on, c.ends_on, c.label) for c in year.closures.all()),
        )
        for year in SchoolYear.objects.order_by("start_year").prefetch_related("closures")
    ]
    return Service(ServiceCalendar(years, table.weekdays_on), table)


def instant_of_transaction() -> dt.datetime:
    """Return when the current transaction began, by the database's clock.

    All web nodes share that clock, so none with a late one lets a family pass a cut-off.
    SQLite has no clock of its own: it runs where Django runs.
    """
    if connection.vendor != "postgresql":
        return clock.now()
    return _database_clock().astimezone(clock.PARIS)


def _database_clock() -> dt.datetime:
    """Ask PostgreSQL; tests that live on another day move this answer too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        instant: dt.datetime = cursor.fetchone()[0]
    return instant


def on_roll(day: dt.date) -> Q:
    """Return the condition on RollEntry that a child attends on a day."""
    return Q(school_year__starts_on__lte=day, school_year__ends_on__gte=day) & (
        Q(left_on__isnull=True) | Q(left_on__gt=day)
    )


def school_on(child: Child, day: dt.date) -> School | None:
    """Return the school whose roll the child is on that day."""
    entry = RollEntry.objects.filter(on_roll(day), child=child).select_related("school").first()
    return entry.school if entry else None


def plan_of(registration: MealRegistration, patterns: Iterable[WeeklyPattern]) -> Plan:
    """Reduce a registration to the plain values that rules work with."""
    return Plan(
        registration.child_id,
        registration.starts_on,
        registration.ends_on,
        tuple(Pattern(p.valid_from, p.weekdays, p.diet) for p in patterns),
    )


def registration_on(child: Child, day: dt.date) -> MealRegistration | None:
    """Return the child's registration in force on a day, with its patterns."""
    return (
        MealRegistration.objects.in_force(day)
        .filter(child=child, school_year__starts_on__lte=day, school_year__ends_on__gte=day)
        .prefetch_related("patterns")
        .order_by("-starts_on")
        .first()
    )
