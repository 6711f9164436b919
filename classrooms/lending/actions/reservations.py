"""Teachers count on a cart: reserved if it is free, taken in one tap, given back.

Locks: the cart first, as everywhere. What keeps two reservations apart is the uniqueness of
each hour of a cart, so that no path can forget it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classrooms import actions
from classrooms.access import REPORTERS
from classrooms.actions import Holder
from classrooms.actions.history import lock_cart
from classrooms.lending import rules
from classrooms.lending.models import Reservation, ReservedHour, TransferCart
from classrooms.lending.queries.calendar import lent_out
from classrooms.models import Cart, HandOut
from core import clock, journal, outbox, states
from core.access import reach_of
from core.accounts.models import User
from core.dates import date_format
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import ClassGroup


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: a cart, a day, from an hour to another; each week ``until``."""

    cart: Cart
    day: dt.date
    first_hour: int
    end_hour: int
    until: dt.date | None = None


@dataclass(frozen=True)
class Booked:
    """What came of it: days reserved, days of holiday left out, days that others have."""

    reservations: list[Reservation]
    holidays: list[dt.date]
    taken: list[dt.date]


def reserve(
    *,
    by: Actor,
    wish: Wish,
    teacher: User,
    class_group: ClassGroup | None = None,
    purpose: str = "",
    skip_taken: bool = False,
) -> Booked:
    """Reserve a cart for a teacher, at once if it is free.

    Of a weekly wish, days without school are left out. Days that somebody else has make the
    whole wish fail with RuleBroken ``taken``, which names them, unless ``skip_taken``. Also
    raises ``hours``, ``past``, ``far``, ``no_school``, ``other_school``, ``leaving``.
    """
    with transaction.atomic():
        cart = lock_cart(wish.cart)
        _check(cart, wish, teacher, class_group)
        days, holidays = _days(wish)
        taken = _taken(cart, days, wish)
        free = [day for day in days if day not in taken]
        if taken and (not skip_taken or not free):
            raise RuleBroken("taken", _sentence(cart, taken), "day")
        series = uuid.uuid4() if len(free) > 1 else None
        rows = [
            Reservation(
                cart=cart,
                school=cart.school,
                teacher=teacher,
                class_group=class_group,
                day=day,
                first_hour=wish.first_hour,
                end_hour=wish.end_hour,
                purpose=purpose.strip()[:100],
                series=series,
                booked_by=by.user,
            )
            for day in free
        ]
        _write(rows)
        for row in rows:
            journal.record(
                by,
                "reservation.book",
                row,
                cart=cart.pk,
                day=row.day.isoformat(),
                person=teacher.pk,
            )
    return Booked(rows, holidays, sorted(taken))


def cancel(*, by: Actor, reservation: Reservation, following: bool = False) -> int:
    """Give hours back, of this day or also of the following ones of its series; return how many.

    The teacher is told unless she did it. Raises RuleBroken ``state`` when it is over.
    """
    with transaction.atomic():
        lock_cart(reservation.cart)
        rows = [reservation]
        if following and reservation.series is not None:
            later = Reservation.objects.filter(
                series=reservation.series, day__gt=reservation.day, state=Reservation.State.BOOKED
            )
            rows += list(later.select_related("teacher", "cart").order_by("day", "pk"))
        for row in rows:
            _release(by, row)
        if reservation.teacher != by.user:
            _tell_cancelled(reservation, rows)
    return len(rows)


def drop_for(*, by: Actor, carts: Iterable[int], since: dt.date) -> int:
    """Cancel what counted on carts that leave the school, and tell the teachers."""
    rows = Reservation.objects.filter(
        cart__in=list(carts), day__gte=since, state=Reservation.State.BOOKED
    ).select_related("teacher", "cart")
    by_teacher: dict[tuple[int, int], list[Reservation]] = {}
    for row in rows.order_by("day", "pk"):
        _release(by, row)
        by_teacher.setdefault((row.teacher_id, row.cart_id), []).append(row)
    for mine in by_teacher.values():
        _tell_cancelled(mine[0], mine)
    return sum(len(mine) for mine in by_teacher.values())


def take(*, by: Actor, reservation: Reservation) -> HandOut:
    """Hand the cart over to whoever reserved it, until the evening.

    Raises RuleBroken ``not_today``, ``state``, and whatever handing out refuses.
    """
    with transaction.atomic():
        cart = lock_cart(reservation.cart)
        row = Reservation.objects.select_related("school", "class_group", "teacher").get(
            pk=reservation.pk
        )
        if row.day != clock.today():
            raise RuleBroken("not_today", _("Cette réservation n’est pas pour aujourd’hui."))
        if row.state != Reservation.State.BOOKED:
            raise RuleBroken(
                "state",
                _("Cette réservation est maintenant « %(state)s ».")
                % {"state": row.get_state_display()},
            )
        holder = Holder(
            row.school,
            class_group=row.class_group,
            teacher=None if row.class_group else row.teacher,
        )
        hand_out = actions.hand_out_cart(
            by=by, cart=cart, holder=holder, due_on=row.day, claimed=True
        )
        states.move(row, Reservation.State.USED, by=by, hand_out=hand_out)
    return hand_out


def give_back(*, by: Actor, reservation: Reservation) -> HandOut:
    """Say that everything is back in the cart, in good order.

    Raises RuleBroken ``state`` when there is nothing to give back.
    """
    hand_out = reservation.hand_out
    if hand_out is None or hand_out.state != HandOut.State.OPEN:
        raise RuleBroken("state", _("Ce chariot est déjà rendu."))
    outcomes = dict.fromkeys(hand_out.items.out().values_list("pk", flat=True), "good")
    return actions.take_back(by=by, hand_out=hand_out, outcomes=outcomes)


def _check(cart: Cart, wish: Wish, teacher: User, class_group: ClassGroup | None) -> None:
    if not rules.is_span(wish.first_hour, wish.end_hour):
        raise RuleBroken("hours", _("L’heure de fin vient après l’heure de début."), "end_hour")
    now = clock.now()
    over = wish.day == now.date() and wish.end_hour <= now.hour
    if wish.day < now.date() or over:
        raise RuleBroken("past", _("Ce moment est déjà passé."), "day")
    if (max(wish.day, wish.until or wish.day) - now.date()).days > rules.AHEAD:
        raise RuleBroken("far", _("On réserve un an à l’avance, pas plus."), "day")
    school = cart.school
    if school is None or not reach_of(teacher, *REPORTERS).covers_school(school.uai):
        raise RuleBroken("other_school", _("Ce chariot n’est pas dans l’école de cette personne."))
    if class_group is not None and class_group.school_id != school.pk:
        raise RuleBroken("other_school", _("Cette classe est d’une autre école."), "class_group")
    if TransferCart.objects.filter(cart=cart, is_open=True).exists():
        raise RuleBroken("leaving", _("Ce chariot va quitter l’école : choisissez-en un autre."))


def _days(wish: Wish) -> tuple[list[dt.date], list[dt.date]]:
    """Return the days of school among those wished, and the others."""
    wished = rules.weekly(wish.day, wish.until)
    calendar = SchoolCalendar.of(wished[0], wished[-1])
    if not calendar.is_school_day(wish.day):
        label = calendar.closure_label(wish.day)
        raise RuleBroken(
            "no_school",
            _("Pas d’école ce jour-là (%(label)s).") % {"label": label}
            if label
            else _("Pas d’école ce jour-là."),
            "day",
        )
    days = [day for day in wished if calendar.is_school_day(day)]
    return days, [day for day in wished if day not in days]


def _taken(cart: Cart, days: list[dt.date], wish: Wish) -> set[dt.date]:
    """Return the days on which somebody else has the cart at these hours."""
    hours = ReservedHour.objects.filter(
        cart=cart, day__in=days, hour__gte=wish.first_hour, hour__lt=wish.end_hour
    )
    taken = set(hours.values_list("day", flat=True))
    lent = lent_out([cart.pk]).first()
    if lent is not None:
        taken |= {day for day in days if day <= rules.away_until(lent.due_on, clock.today())}
    return taken


def _sentence(cart: Cart, taken: set[dt.date]) -> str:
    first = min(taken)
    if len(taken) > 1:
        listed = ", ".join(date_format(day, "j F") for day in sorted(taken)[:6])
        more = " …" if len(taken) > 6 else ""
        return _("Ce chariot est déjà pris : %(days)s.") % {"days": listed + more}
    known = (
        Reservation.objects.standing()
        .filter(cart=cart, day=first)
        .select_related("teacher", "class_group")
        .first()
    )
    lent = HandOut.objects.open().filter(cart=cart).first()
    who = known.who if known else lent.holder_name if lent else ""
    return _("Ce chariot est déjà pris le %(day)s par %(who)s.") % {
        "day": date_format(first, "j F"),
        "who": who,
    }


def _write(rows: list[Reservation]) -> None:
    try:
        with transaction.atomic():
            Reservation.objects.bulk_create(rows)
            ReservedHour.objects.bulk_create(
                ReservedHour(reservation=row, cart=row.cart, day=row.day, hour=hour)
                for row in rows
                for hour in range(row.first_hour, row.end_hour)
            )
    except IntegrityError as error:
        raise RuleBroken("taken", _("Ce chariot vient d’être pris."), "day") from error


def _release(by: Actor, row: Reservation) -> None:
    states.move(row, Reservation.State.CANCELLED, by=by)
    row.hours.all().delete()


def _tell_cancelled(first: Reservation, rows: list[Reservation]) -> None:
    outbox.queue(
        kind="fleet_reservation_cancelled",
        to=first.teacher,
        context={"cart": first.cart, "days": [row.day for row in rows]},
        dedupe_key=f"reservation.cancelled:{first.pk}",
    )
