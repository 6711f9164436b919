"""Registering a child for the canteen, changing its usual week, leaving."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, signed_in
from core.accounts.models import User
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from enrolment.canteen.actions import registrations
from enrolment.canteen.forms import EndForm, RegistrationForm, WeekForm
from enrolment.canteen.models import Diet, MealRegistration
from enrolment.canteen.pricing import price_for
from enrolment.canteen.queries import load_service
from enrolment.canteen.rules.cutoff import Service
from enrolment.canteen.views.families import BOOKERS, get_child, siblings_of
from enrolment.schools.models import RollEntry, SchoolYear
from families.models import Child


def year_to_register(child: Child) -> SchoolYear | None:
    """Return the year a registration would be for: the first unfinished one the child is in."""
    entry = (
        RollEntry.objects.filter(
            child=child, left_on__isnull=True, school_year__ends_on__gte=clock.today()
        )
        .select_related("school_year")
        .order_by("school_year__start_year")
        .first()
    )
    return entry.school_year if entry else None


def _registration(child: Child, year: SchoolYear | None) -> MealRegistration | None:
    return (
        MealRegistration.objects.filter(child=child, school_year=year, ends_on__isnull=True)
        .select_related("school_year", "child")
        .prefetch_related("patterns")
        .first()
    )


def _unregistered(user: User, child: Child, year: SchoolYear) -> QuerySet[Child]:
    """Brothers and sisters on a roll that year who are not registered yet."""
    others = [other.pk for other in siblings_of(user, child)]
    taken = MealRegistration.objects.filter(school_year=year, ends_on__isnull=True)
    roll = RollEntry.objects.filter(school_year=year, left_on__isnull=True)
    found: QuerySet[Child] = (
        Child.objects.filter(pk__in=others)
        .filter(pk__in=roll.values("child"))
        .exclude(pk__in=taken.values("child"))
        .order_by("birth_date", "pk")
    )
    return found


def _first_day(service: Service, year: SchoolYear) -> dt.date:
    """Return the first day that may still be booked in a year."""
    first = service.first_open_day(clock.now()) or clock.today()
    day = service.calendar.on_or_after(max(first, year.starts_on))
    return day or year.starts_on


@allow(*BOOKERS)
def registration(request: HttpRequest, reference: str) -> HttpResponse:
    """Register a child, or change its usual week if it is registered already."""
    user = signed_in(request)
    child = get_child(user, reference)
    year = year_to_register(child)
    if year is None:
        return render(request, "canteen/not_on_roll.html", {"child": child})
    existing = _registration(child, year)
    service = load_service()
    first = _first_day(service, year)
    options: dict[str, Any] = {
        "served": service.table.weekdays_on(first),
        "packed": registrations.brings_packed_lunch(child, first),
    }
    form: Form
    if existing is None:
        options["siblings"] = _unregistered(user, child, year)
        initial = {"starts_on": first, "diet": Diet.STANDARD}
        form = RegistrationForm(request.POST or None, initial=initial, **options)
    else:
        form = WeekForm(request.POST or None, initial=_initial(existing, first), **options)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, child, year, existing, form.cleaned_data)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            day = max(form.cleaned_data["starts_on"], first)
            return redirect("canteen:month", child.reference, day.year, day.month)
    context = {
        "child": child,
        "form": form,
        "year": year,
        "existing": existing,
        "first": first,
        "terms": service.table.on(first),
        "price": price_for(user, child, first),
        "end_form": EndForm(initial={"ends_on": first}),
    }
    return render(request, "canteen/registration.html", context, status=422 if form.errors else 200)


def _initial(existing: MealRegistration, first: dt.date) -> dict[str, Any]:
    patterns = [row for row in existing.patterns.all() if row.valid_from <= first]
    pattern = (patterns or list(existing.patterns.all()))[-1]
    return {"starts_on": first, "weekdays": sorted(pattern.weekdays), "diet": pattern.diet}


def _save(
    request: HttpRequest,
    child: Child,
    year: SchoolYear,
    existing: MealRegistration | None,
    data: dict[str, Any],
) -> None:
    by = Actor.of(request)
    week = {"weekdays": data["weekdays"], "diet": data["diet"]}
    if existing is not None:
        registrations.change_week(
            by=by, registration=existing, valid_from=data["starts_on"], **week
        )
        messages.success(
            request, _("La semaine de %(child)s est changée.") % {"child": child.given_name}
        )
        return
    children = [child, *data.get("siblings", [])]
    with transaction.atomic():
        for each in children:
            registrations.register(
                by=by,
                child=each,
                school_year=year,
                starts_on=data["starts_on"],
                rules_accepted=data["rules_accepted"],
                **week,
            )
    names = ", ".join(each.given_name for each in children)
    messages.success(request, _("C’est fait : %(names)s à la cantine.") % {"names": names})


@require_POST
@allow(*BOOKERS)
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """End a registration."""
    child = get_child(signed_in(request), reference)
    existing = _registration(child, year_to_register(child))
    form = EndForm(request.POST)
    if existing is None:
        return redirect("canteen:registration", child.reference)
    if not form.is_valid():
        messages.error(request, _("Indiquez le premier jour sans cantine."))
        return redirect("canteen:registration", child.reference)
    try:
        registrations.withdraw(
            by=Actor.of(request), registration=existing, ends_on=form.cleaned_data["ends_on"]
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("canteen:registration", child.reference)
    messages.success(request, _("%(child)s ne va plus à la cantine.") % {"child": child.given_name})
    return redirect("canteen:home")
