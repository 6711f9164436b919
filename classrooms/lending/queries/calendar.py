"""The calendar of a school's carts: a week hour by hour, a month at a glance."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from classrooms.access import FLEET_READERS, REPORTERS
from classrooms.lending import rules
from classrooms.lending.models import Reservation, TransferCart
from classrooms.models import Cart, HandOut
from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.dates import date_format
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import School

#: Days of the week that have school somewhere in the year: Monday to Friday.
WEEK = 5


@dataclass(frozen=True)
class Half:
    """One half-day of one cart: who has it, and which hours are left (first, end), if any."""

    part: str
    reservations: list[Reservation]
    free: tuple[int, int] | None

    @property
    def is_whole(self) -> bool:
        """True if nobody has an hour of it, and none has passed."""
        return self.free == rules.PARTS[self.part]


@dataclass(frozen=True)
class Day:
    """One day of one cart; ``lent`` is a hand-out that lasts, ``closed`` why there is no school."""

    day: dt.date
    closed: str | None
    lent: HandOut | None
    halves: list[Half]


@dataclass(frozen=True)
class Row:
    """One cart over the week; ``late`` is who should have given it back."""

    cart: Cart
    leaving: bool
    late: HandOut | None
    days: list[Day]


def schools_of(user: User) -> list[School]:
    """Return the schools whose calendar a person reads, by name."""
    if reach_of(user, *FLEET_READERS).city:
        rows = School.objects.filter(is_open=True, carts__isnull=False).distinct()
    else:
        rows = School.objects.filter(uai__in=reach_of(user, *REPORTERS).schools)
    return list(rows.order_by("name", "pk"))


def carts_of(school: School) -> list[Cart]:
    """Return the carts of a school, by name."""
    return list(Cart.objects.filter(school=school).order_by("name", "code"))


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def next_weekday(day: dt.date) -> dt.date:
    """Return a day of Monday to Friday as it is, the next Monday for a Saturday or a Sunday."""
    return day if day.weekday() < WEEK else monday_of(day) + dt.timedelta(weeks=1)


def week_of(school: School, monday: dt.date) -> list[Row]:
    """Return each cart of a school over a week, in five queries."""
    days = [monday + dt.timedelta(days=n) for n in range(WEEK)]
    carts = carts_of(school)
    calendar = SchoolCalendar.of(days[0], days[-1])
    booked: dict[tuple[int, dt.date], list[Reservation]] = defaultdict(list)
    for row in (
        Reservation.objects.standing()
        .filter(cart__in=carts, day__gte=days[0], day__lte=days[-1])
        .select_related("teacher", "class_group")
        .order_by("first_hour", "pk")
    ):
        booked[row.cart_id, row.day].append(row)
    lent = {out.cart_id: out for out in lent_out([cart.pk for cart in carts])}
    today = clock.today()
    leaving = set(
        TransferCart.objects.filter(cart__in=carts, is_open=True).values_list("cart", flat=True)
    )
    return [
        Row(
            cart,
            cart.pk in leaving,
            out if (out := lent.get(cart.pk)) and out.due_on < today else None,
            [_day(day, calendar, lent.get(cart.pk), booked[cart.pk, day]) for day in days],
        )
        for cart in carts
    ]


def lent_out(carts: Collection[int]) -> QuerySet[HandOut]:
    """Return who has some carts beyond a reservation's hours: lent for days, or late."""
    rows: QuerySet[HandOut] = (
        HandOut.objects.open()
        .filter(Q(reservation__isnull=True) | Q(due_on__lt=clock.today()), cart__in=carts)
        .select_related("class_group", "teacher", "school")
    )
    return rows


def _day(
    day: dt.date, calendar: SchoolCalendar, lent: HandOut | None, rows: list[Reservation]
) -> Day:
    closed = None if calendar.is_school_day(day) else calendar.closure_label(day)
    now = clock.now()
    still = lent if lent is not None and _is_away(lent, day, now.date()) else None
    over = 0 if day > now.date() else now.hour + 1 if day == now.date() else rules.HOURS[-1] + 1
    taken = {hour for row in rows for hour in range(row.first_hour, row.end_hour)}
    halves = []
    for part in ("am", "pm"):
        first, end = rules.PARTS[part]
        mine = [row for row in rows if row.first_hour < end and row.end_hour > first]
        halves.append(Half(part, mine, rules.first_gap(range(max(first, over), end), taken)))
    return Day(day, closed, still, halves)


def _is_away(lent: HandOut, day: dt.date, today: dt.date) -> bool:
    return clock.service_day(lent.handed_at) <= day <= rules.away_until(lent.due_on, today)


@dataclass(frozen=True)
class MonthDay:
    """One day of a month: how many reservations, whether there is school."""

    day: dt.date
    inside: bool
    closed: str | None
    count: int


def month_of(school: School, first: dt.date) -> list[list[MonthDay]]:
    """Return the weeks of a month, Monday to Friday, with how much is reserved each day."""
    start = monday_of(first)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    calendar = SchoolCalendar.of(start, last + dt.timedelta(days=6))
    counts: dict[dt.date, int] = defaultdict(int)
    rows = Reservation.objects.standing().filter(
        school=school, day__gte=start, day__lte=last + dt.timedelta(days=6)
    )
    for day in rows.values_list("day", flat=True):
        counts[day] += 1
    weeks = []
    while start <= last:
        days = [start + dt.timedelta(days=n) for n in range(WEEK)]
        weeks.append(
            [
                MonthDay(
                    day,
                    day.month == first.month,
                    None if calendar.is_school_day(day) else calendar.closure_label(day),
                    counts[day],
                )
                for day in days
            ]
        )
        start += dt.timedelta(weeks=1)
    return [week for week in weeks if any(day.inside for day in week)]


def claimed(cart: int, until: dt.date, class_group: int | None, teacher: int | None) -> str:
    """Return why a cart must not be handed out until a day: somebody else reserved it."""
    rows = Reservation.objects.filter(
        cart=cart, state=Reservation.State.BOOKED, day__gte=clock.today(), day__lte=until
    ).select_related("teacher", "class_group")
    for row in rows.order_by("day", "first_hour"):
        mine = row.teacher_id == teacher or (
            row.class_group_id is not None and row.class_group_id == class_group
        )
        if not mine:
            return _(
                "Ce chariot est réservé le %(day)s (%(span)s) par %(who)s : choisissez un retour "
                "avant ce jour, ou annulez la réservation."
            ) % {"day": date_format(row.day, "j F"), "span": row.span, "who": row.who}
    return ""
