"""Tick who came. Each tick writes one child's row, so that nobody's ticks overwrite another's."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen.actions.days import lock_days
from enrolment.canteen.models import Booking, Diet
from enrolment.canteen.queries import load_service, plan_of, registration_on
from enrolment.schools.models import RollEntry, School
from families.models import Child

#: How long a mistake may be put right by those who tick.
CORRECTION = dt.timedelta(days=7)


def _check_day(day: dt.date) -> None:
    today = clock.today()
    if day > today:
        raise RuleBroken("too_early", _("On ne pointe pas un repas à venir."), "day")
    if day < today - CORRECTION:
        raise RuleBroken(
            "too_late",
            _("Ce jour est trop ancien pour être corrigé ici : voyez le service facturation."),
            "day",
        )
    if not load_service().calendar.is_served(day):
        raise RuleBroken("closed", _("La cantine est fermée ce jour-là."), "day")


@transaction.atomic
def tick(*, by: Actor, school: School, day: dt.date, child: Child, state: str) -> Booking:
    """Say that a booked child came (``served``), did not (``absent``), or undo (``booked``).

    Ticking twice the same changes nothing. Raises RuleBroken: ``not_booked``, ``too_early``,
    ``too_late``, ``closed``, ``state``.
    """
    _check_day(day)
    booking: Booking | None = (
        Booking.objects.select_for_update(of=("self",))
        .filter(school=school, day=day, child=child)
        .first()
    )
    if booking is None or booking.state == Booking.State.CANCELLED:
        raise RuleBroken(
            "not_booked",
            _("%(child)s n’a pas de repas réservé : ajoutez plutôt l’enfant.")
            % {"child": child.given_name},
        )
    if booking.state == state:
        return booking
    if booking.source == Booking.Source.UNBOOKED:
        # Never booked: undoing or "absent" takes the meal away again.
        state = Booking.State.CANCELLED
    if state not in Booking.MOVES[booking.state]:
        if state == Booking.State.CANCELLED and booking.source == Booking.Source.UNBOOKED:
            return _save(by, booking, state)
        raise RuleBroken("state", _("Ce pointage n’est pas possible."))
    return _save(by, booking, state)


def _save(by: Actor, booking: Booking, state: str) -> Booking:
    before = booking.state
    booking.state, booking.changed_at = state, clock.now()
    if state != Booking.State.ABSENT:
        booking.excuse = ""
    booking.save(update_fields=["state", "changed_at", "excuse"])
    journal.record(by, "booking.tick", booking, before=before, after=state)
    return booking


@transaction.atomic
def tick_rest(*, by: Actor, school: School, day: dt.date, children: list[int]) -> int:
    """Mark present those of ``children`` who are not ticked yet; return how many were."""
    _check_day(day)
    rows = list(
        Booking.objects.select_for_update(of=("self",))
        .filter(school=school, day=day, state=Booking.State.BOOKED, child__in=children)
        .order_by("pk")
    )
    for booking in rows:
        _save(by, booking, Booking.State.SERVED)
    return len(rows)


@transaction.atomic
def add_unbooked(*, by: Actor, school: School, day: dt.date, child: Child) -> Booking:
    """Note that a child of the school came without a booking: it is fed all the same.

    A meal booked already is simply ticked. Raises RuleBroken: ``not_on_roll`` and those of
    :func:`tick`.
    """
    _check_day(day)
    on_roll = RollEntry.objects.current(day).filter(school=school, child=child)
    if not on_roll.exists():
        raise RuleBroken("not_on_roll", _("Cet enfant n’est pas inscrit dans cette école."))
    lock_days([(school.pk, day)])
    booking = Booking.objects.select_for_update(of=("self",)).filter(child=child, day=day).first()
    if booking is not None and booking.state != Booking.State.CANCELLED:
        return tick(by=by, school=school, day=day, child=child, state=Booking.State.SERVED)
    registration = registration_on(child, day)
    diet = plan_of(registration, registration.patterns.all()).diet_on(day) if registration else None
    booking, _new = Booking.objects.update_or_create(
        child=child,
        day=day,
        defaults={
            "school": school,
            "state": Booking.State.SERVED,
            "source": Booking.Source.UNBOOKED,
            "diet": diet or Diet.STANDARD,
            "excuse": "",
            "changed_at": clock.now(),
        },
    )
    journal.record(by, "booking.add_unbooked", booking, child=child.pk)
    return booking


@transaction.atomic
def excuse(*, by: Actor, booking: Booking, reason: str) -> Booking:
    """Say why an absent child's meal may not be due (``sick``, ``no_service``, or none).

    Raises RuleBroken ``state`` when the child was not absent, ``too_early``, ``too_late``.
    """
    _check_day(booking.day)
    current: Booking = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    if current.state != Booking.State.ABSENT:
        raise RuleBroken("state", _("Seule une absence peut être excusée."))
    current.excuse = reason
    current.save(update_fields=["excuse"])
    journal.record(by, "booking.excuse", current, code=reason)
    return current
