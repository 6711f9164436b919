"""Register a child for the canteen, change the usual week or diet, leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen.actions.bookings import materialise
from enrolment.canteen.models import Diet, MealRegistration, WeeklyPattern
from enrolment.canteen.queries import load_service
from enrolment.schools.models import RollEntry, School, SchoolYear
from families.models import Child, HealthCarePlan

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@transaction.atomic
def register(
    *,
    by: Actor,
    child: Child,
    school_year: SchoolYear,
    starts_on: dt.date,
    weekdays: Collection[int],
    diet: str,
    rules_accepted: bool,
) -> MealRegistration:
    """Register a child for a school year's canteen and book the usual weeks.

    A debt never stands in the way (right to the canteen, L131-13 C. éduc.), nor does a
    missing document. Repeating the same registration returns the one that exists.
    Raises RuleBroken: ``not_on_roll``, ``already_registered``, ``rules``, ``weekdays``,
    ``diet``, ``starts_on``.
    """
    Child.objects.select_for_update().get(pk=child.pk)
    existing: MealRegistration | None = MealRegistration.objects.filter(
        child=child, school_year=school_year, ends_on__isnull=True
    ).first()
    if existing is not None:
        pattern = existing.patterns.order_by("valid_from").last()
        if pattern and pattern.weekdays == frozenset(weekdays) and pattern.diet == diet:
            return existing
        raise RuleBroken(
            "already_registered",
            _("%(child)s est déjà inscrit·e : changez plutôt sa semaine habituelle.")
            % {"child": child.given_name},
        )
    school = _school(child, school_year)
    if not rules_accepted:
        raise RuleBroken(
            "rules", _("Acceptez le règlement de la cantine pour continuer."), "rules_accepted"
        )
    _check_start(starts_on, school_year, "starts_on")
    _check_week(weekdays, starts_on)
    _check_diet(child, diet, starts_on)
    registration: MealRegistration = MealRegistration.objects.create(
        child=child,
        school_year=school_year,
        starts_on=starts_on,
        rules_accepted_at=clock.now(),
        rules_accepted_by=by.person,
    )
    _write_pattern(registration, starts_on, weekdays, diet)
    journal.record(by, "meal_registration.create", registration, child=child.pk)
    materialise(schools=[school], children=[child.pk])
    return registration


@transaction.atomic
def change_week(
    *,
    by: Actor,
    registration: MealRegistration,
    valid_from: dt.date,
    weekdays: Collection[int],
    diet: str,
) -> WeeklyPattern:
    """Change the usual week or the diet from a day on; bookings still open follow.

    Days chosen or cancelled one by one stay as the family chose them.
    Raises RuleBroken: ``weekdays``, ``diet``, ``starts_on``, ``ended``.
    """
    Child.objects.select_for_update().get(pk=registration.child_id)
    if registration.ends_on is not None and registration.ends_on <= valid_from:
        raise RuleBroken("ended", _("Cette inscription à la cantine est terminée."))
    year = registration.school_year
    _check_start(valid_from, year, "starts_on")
    valid_from = max(valid_from, registration.starts_on)
    _check_week(weekdays, valid_from)
    _check_diet(registration.child, diet, valid_from)
    pattern = _write_pattern(registration, valid_from, weekdays, diet)
    registration.patterns.filter(valid_from__gt=valid_from).delete()
    journal.record(
        by, "meal_registration.change_week", registration, valid_from=valid_from.isoformat()
    )
    _follow(registration)
    return pattern


@transaction.atomic
def withdraw(*, by: Actor, registration: MealRegistration, ends_on: dt.date) -> MealRegistration:
    """End a registration; ``ends_on`` is the first day without canteen.

    Meals still open from that day on are cancelled. Raises RuleBroken ``starts_on``.
    """
    Child.objects.select_for_update().get(pk=registration.child_id)
    if ends_on < clock.today():
        raise RuleBroken("ends_on", _("Choisissez aujourd’hui ou un jour à venir."), "ends_on")
    registration.ends_on = max(ends_on, registration.starts_on)
    registration.save(update_fields=["ends_on"])
    journal.record(
        by, "meal_registration.end", registration, ends_on=registration.ends_on.isoformat()
    )
    _follow(registration)
    return registration


def _follow(registration: MealRegistration) -> None:
    school = _school(registration.child, registration.school_year)
    materialise(
        schools=[school],
        children=[registration.child_id],
    )


def _school(child: Child, school_year: SchoolYear) -> School:
    entry = (
        RollEntry.objects.filter(child=child, school_year=school_year, left_on__isnull=True)
        .select_related("school")
        .first()
    )
    if entry is None:
        raise RuleBroken(
            "not_on_roll",
            _(
                "%(child)s n’est pas encore admis·e dans une école pour %(year)s. "
                "L’inscription à la cantine ouvre après l’admission."
            )
            % {"child": child.given_name, "year": str(school_year)},
        )
    return entry.school


def _check_start(day: dt.date, year: SchoolYear, field: str) -> None:
    if day < clock.today():
        raise RuleBroken("starts_on", _("Choisissez aujourd’hui ou un jour à venir."), field)
    if not year.starts_on <= day <= year.ends_on:
        raise RuleBroken(
            "starts_on",
            _("Choisissez un jour de l’année scolaire %(year)s.") % {"year": year},
            field,
        )


def _check_week(weekdays: Collection[int], day: dt.date) -> None:
    served = load_service().table.weekdays_on(day)
    if not weekdays:
        raise RuleBroken("weekdays", _("Choisissez au moins un jour de la semaine."), "weekdays")
    if not set(weekdays) <= served:
        raise RuleBroken(
            "weekdays", _("La cantine n’est pas ouverte un des jours choisis."), "weekdays"
        )


def _check_diet(child: Child, diet: str, day: dt.date) -> None:
    if diet not in Diet.values:
        raise RuleBroken("diet", _("Choisissez un repas de la liste."), "diet")
    if diet == Diet.PACKED_LUNCH and not brings_packed_lunch(child, day):
        raise RuleBroken(
            "diet",
            _(
                "Le panier-repas demande un projet d’accueil individualisé (PAI) qui le prévoit. "
                "Parlez-en à la direction de l’école."
            ),
            "diet",
        )


def brings_packed_lunch(child: Child, day: dt.date) -> bool:
    """Tell whether a plan in force that day, confirmed by the school, asks for a packed lunch."""
    plans = HealthCarePlan.objects.in_force(day).confirmed()
    return plans.filter(child=child, brings_packed_lunch=True).exists()


def _write_pattern(
    registration: MealRegistration, valid_from: dt.date, weekdays: Collection[int], diet: str
) -> WeeklyPattern:
    days = {name: number in weekdays for number, name in enumerate(_DAYS, start=1)}
    pattern, _new = WeeklyPattern.objects.update_or_create(
        registration=registration, valid_from=valid_from, defaults={**days, "diet": diet}
    )
    return pattern
