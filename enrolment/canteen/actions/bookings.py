"""Book or cancel a meal; keep bookings in step with the usual weeks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen.actions.days import lock_days, recount
from enrolment.canteen.models import Booking, MealRegistration, ServiceDay, WeeklyPattern
from enrolment.canteen.queries import (
    instant_of_transaction,
    load_service,
    plan_of,
    registration_on,
    school_on,
)
from enrolment.canteen.rules.cutoff import Service
from enrolment.canteen.rules.patterns import Known, Wanted, reconcile
from enrolment.canteen.words import day_in_words, limit_in_words
from enrolment.schools.models import RollEntry, School, SchoolYear
from families.models import Child

#: How far ahead usual weeks are turned into bookings.
HORIZON = dt.timedelta(weeks=8)


def why_not(
    *, day: dt.date, instant: dt.datetime, service: Service, frozen: bool, wanted: bool
) -> RuleBroken | None:
    """Return why a family may not change a day's meal at an instant, or None if it may."""
    if not service.calendar.is_served(day):
        label = service.calendar.why_closed(day)
        message = _("La cantine est fermée ce jour-là.")
        if label:
            message = _("La cantine est fermée ce jour-là : %(label)s.") % {"label": label}
        return RuleBroken("closed", message, "day")
    limit = service.cutoff(day)
    if instant >= limit:
        words = {"limit": limit_in_words(limit)}
        if wanted:
            message = _(
                "Trop tard pour réserver ce repas : la limite était %(limit)s. Si vous n’avez "
                "pas de solution, appelez l’école."
            )
        else:
            message = _(
                "Trop tard pour annuler ce repas : la limite était %(limit)s. La cuisine l’a "
                "déjà commandé."
            )
        return RuleBroken("cutoff_passed", message % words, "day")
    if frozen:
        return RuleBroken(
            "order_sent",
            _("Trop tard : la commande de ce jour vient de partir en cuisine."),
            "day",
        )
    return None


def change_meal(
    *, by: Actor, child: Child, day: dt.date, wanted: bool, staff: bool = False
) -> Booking | None:
    """Book (``wanted``) or cancel a child's meal on a day; return the booking, if there is one.

    Whether it is still time is decided by the instant at which the database began this
    transaction, under the lock that the freezing of an order takes too: no change slips in
    behind an order. Asking twice for the same changes nothing. ``staff`` passes the
    cut-off, for the service correcting an order.

    Raises RuleBroken: ``no_school``, ``closed``, ``cutoff_passed``, ``order_sent``,
    ``not_registered``, ``full``, ``past``.
    """
    with transaction.atomic():
        return change_meals(by=by, children=[child], day=day, wanted=wanted, staff=staff)[0]


def change_meals(
    *, by: Actor, children: Sequence[Child], day: dt.date, wanted: bool, staff: bool = False
) -> list[Booking | None]:
    """Do the same for several children, all or nothing; see :func:`change_meal`."""
    service = load_service()
    with transaction.atomic():
        instant = instant_of_transaction()
        ordered = sorted(children, key=lambda child: child.pk)
        schools = {child.pk: school_on(child, day) for child in ordered}
        for child in ordered:
            if schools[child.pk] is None:
                raise RuleBroken(
                    "no_school",
                    _("%(child)s n’est inscrit·e dans aucune école ce jour-là.")
                    % {"child": child.given_name},
                )
        places = {key: school for key, school in schools.items() if school is not None}
        locked = lock_days((school.pk, day) for school in places.values())
        done = {
            child.pk: _change_one(
                by=by,
                child=child,
                school=places[child.pk],
                place=locked[places[child.pk].pk, day],
                instant=instant,
                wanted=wanted,
                staff=staff,
                service=service,
            )
            for child in ordered
        }
    return [done[child.pk] for child in children]


def _change_one(
    *,
    by: Actor,
    child: Child,
    school: School,
    place: ServiceDay,
    instant: dt.datetime,
    wanted: bool,
    staff: bool,
    service: Service,
) -> Booking | None:
    booking = Booking.objects.select_for_update(of=("self",)).filter(child=child, day=place.day)
    old: Booking | None = booking.first()
    if (old is not None and old.state != Booking.State.CANCELLED) == wanted:
        return old
    _check_time(place, instant, service, wanted=wanted, staff=staff)
    if old is not None and old.state in (Booking.State.SERVED, Booking.State.ABSENT):
        raise RuleBroken("ticked", _("Ce repas a déjà été pointé."), "day")
    registration = registration_on(child, place.day)
    if wanted:
        _check_seat(child, place)
        diet = (
            plan_of(registration, registration.patterns.all()).diet_on(place.day)
            if (registration)
            else None
        )
        if diet is None:
            raise RuleBroken(
                "not_registered",
                _("Inscrivez d’abord %(child)s à la cantine.") % {"child": child.given_name},
            )
        booking_now, _new = Booking.objects.update_or_create(
            child=child,
            day=place.day,
            defaults={
                "school": school,
                "state": Booking.State.BOOKED,
                "source": Booking.Source.SINGLE,
                "diet": diet,
                "excuse": "",
                "changed_at": instant,
            },
        )
        verb = "booking.book"
    elif old is None:
        return None
    else:
        old.state, old.source = Booking.State.CANCELLED, Booking.Source.SINGLE
        old.changed_at = instant
        old.save(update_fields=["state", "source", "changed_at"])
        booking_now, verb = old, "booking.cancel"
    recount([place])
    journal.record(by, verb, booking_now, child=child.pk, day=place.day.isoformat(), late=staff)
    return booking_now


def _check_time(
    place: ServiceDay, instant: dt.datetime, service: Service, *, wanted: bool, staff: bool
) -> None:
    if staff:
        if place.day < clock.service_day(instant):
            raise RuleBroken("past", _("Ce jour est passé : corrigez plutôt le pointage."), "day")
        if not service.calendar.is_served(place.day):
            raise RuleBroken("closed", _("La cantine est fermée ce jour-là."), "day")
        return
    refusal = why_not(
        day=place.day,
        instant=instant,
        service=service,
        frozen=place.frozen_at is not None,
        wanted=wanted,
    )
    if refusal:
        raise refusal


def _check_seat(child: Child, place: ServiceDay) -> None:
    if place.capacity is not None and place.booked >= place.capacity:
        raise RuleBroken(
            "full",
            _("C’est complet le %(day)s à l’école de %(child)s : toutes les places sont prises.")
            % {"day": day_in_words(place.day), "child": child.given_name},
            "day",
        )


def materialise(
    *,
    until: dt.date | None = None,
    schools: Iterable[School] | None = None,
    children: Sequence[int] | None = None,
) -> int:
    """Turn usual weeks into bookings from the first day still open to ``until``.

    One transaction a school, so that nobody waits long; repeating it changes nothing.
    Returns how many bookings were made or changed. Days whose order has left, and days
    that are full, are left as they are.
    """
    service = load_service()
    first = service.first_open_day(clock.now())
    if first is None:
        return 0
    last = until or first + HORIZON
    total = 0
    for year in SchoolYear.objects.filter(starts_on__lte=last, ends_on__gte=first):
        days = service.calendar.between(max(first, year.starts_on), min(last, year.ends_on))
        if not days:
            continue
        for school in School.objects.order_by("pk") if schools is None else schools:
            total += _follow_plans(school, year, days, children, service)
    return total


@transaction.atomic
def _follow_plans(
    school: School,
    year: SchoolYear,
    days: list[dt.date],
    children: Sequence[int] | None,
    service: Service,
) -> int:
    roll = RollEntry.objects.filter(school=school, school_year=year)
    if children is not None:
        roll = roll.filter(child__in=children)
    left = dict(roll.values_list("child_id", "left_on"))
    registrations = list(
        MealRegistration.objects.filter(
            school_year=year, child__in=roll.values("child")
        ).prefetch_related(
            Prefetch("patterns", queryset=WeeklyPattern.objects.order_by("valid_from"))
        )
    )
    if not registrations:
        return 0
    locked = lock_days((school.pk, day) for day in days)
    instant = instant_of_transaction()
    open_days = [
        day
        for day in days
        if locked[school.pk, day].frozen_at is None and service.is_open(day, instant)
    ]
    known: dict[int, dict[dt.date, Known]] = defaultdict(dict)
    for row in Booking.objects.filter(school=school, child__in=left, day__in=open_days).values_list(
        "child_id", "day", "state", "diet", "source"
    ):
        known[row[0]][row[1]] = Known(*row[2:])
    create: list[Wanted] = []
    change: list[Wanted] = []
    for registration in sorted(registrations, key=lambda r: (r.ends_on is None, r.pk)):
        gone = left[registration.child_id]
        plan = plan_of(registration, registration.patterns.all())
        attended = [day for day in open_days if gone is None or day < gone]
        new, changed = reconcile(plan, attended, known[registration.child_id])
        create += new
        change += changed
        change += [
            Wanted(plan.child_id, day, Booking.State.CANCELLED, old.diet)
            for day, old in known[plan.child_id].items()
            if gone is not None and day >= gone and old.state == Booking.State.BOOKED
        ]
    return _write(school, locked, create, change, instant)


def _write(
    school: School,
    locked: dict[tuple[int, dt.date], ServiceDay],
    create: list[Wanted],
    change: list[Wanted],
    instant: dt.datetime,
) -> int:
    """Cancel first, which frees seats, then book in the order of registration."""
    touched: set[dt.date] = set()
    written = 0
    taken: dict[dt.date, int] = defaultdict(int)

    def seat(day: dt.date) -> bool:
        place = locked[school.pk, day]
        if place.capacity is not None and place.booked + taken[day] >= place.capacity:
            return False
        taken[day] += 1
        return True

    frees = sorted(change, key=lambda wanted: wanted.state != Booking.State.CANCELLED)
    for wanted in frees:
        rows = Booking.objects.filter(child=wanted.child_id, day=wanted.day)
        was_cancelled = rows.filter(state=Booking.State.CANCELLED).exists()
        if wanted.state == Booking.State.BOOKED and was_cancelled and not seat(wanted.day):
            continue
        if wanted.state == Booking.State.CANCELLED and not was_cancelled:
            taken[wanted.day] -= 1
        written += rows.update(
            state=wanted.state, diet=wanted.diet, school=school, changed_at=instant
        )
        touched.add(wanted.day)
    fresh = [
        Booking(
            child_id=wanted.child_id,
            school=school,
            day=wanted.day,
            diet=wanted.diet,
            changed_at=instant,
        )
        for wanted in create
        if seat(wanted.day)
    ]
    Booking.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    touched.update(row.day for row in fresh)
    recount(locked[school.pk, day] for day in touched)
    return written + len(fresh)
