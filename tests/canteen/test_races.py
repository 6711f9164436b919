"""Two real connections at once: the last place, the freeze, double booking, ticking."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from core.errors import RuleBroken
from core.journal import Actor
from enrolment.canteen.actions import attendance
from enrolment.canteen.actions.bookings import change_meal, materialise
from enrolment.canteen.actions.days import lock_days
from enrolment.canteen.actions.orders import freeze_and_send, quantities_of
from enrolment.canteen.models import Booking, ServiceDay
from enrolment.canteen.queries import instant_of_transaction
from tests.canteen.conftest import build
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_the_last_place_goes_to_one_family():
    canteen = build()
    day = canteen.open_day
    lock_day = transaction.atomic(lambda: lock_days([(canteen.school.pk, day)]))
    lock_day()
    ServiceDay.objects.update(capacity=1)
    children = [*canteen.children, *(canteen.enrol() for _ in range(2))]
    by = Actor(user=canteen.parent)

    def book(child):
        return lambda: change_meal(by=by, child=child, day=day, wanted=True)

    results = together(*(book(child) for child in children))
    refused = [r for r in results if isinstance(r, RuleBroken)]
    assert len(refused) == 3
    assert {r.code for r in refused} == {"full"}
    assert Booking.objects.expected().filter(day=day).count() == 1
    assert ServiceDay.objects.get(day=day).booked == 1


def test_a_double_click_books_once():
    canteen = build()
    by = Actor(user=canteen.parent)

    def book():
        return change_meal(by=by, child=canteen.child, day=canteen.open_day, wanted=True)

    results = together(book, book, book)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Booking.objects.filter(child=canteen.child).count() == 1


def test_a_late_change_counts_in_the_order_or_is_refused(monkeypatch):
    canteen = build()
    materialise()
    day = canteen.open_day
    # The parents' transactions began in time; the kitchen's began after the limit.
    monkeypatch.setattr(
        "enrolment.canteen.actions.orders.instant_of_transaction",
        lambda: canteen.service.cutoff(day),
    )
    by = Actor(user=canteen.parent)

    def cancel(child):
        return lambda: change_meal(by=by, child=child, day=day, wanted=False)

    def freeze():
        return freeze_and_send(by=Actor(user=canteen.manager), kitchen=canteen.kitchen, day=day)

    *changes, order = together(*(cancel(child) for child in canteen.children), freeze)
    late = [r for r in changes if isinstance(r, RuleBroken)]
    assert {r.code for r in late} <= {"order_sent"}
    cooked = sum(quantities_of(order).values())
    assert cooked == Booking.objects.expected().filter(day=day).count() == len(late)


def test_registering_twice_at_once_makes_the_same_meals_once():
    canteen = build()
    results = together(materialise, materialise)
    assert not [r for r in results if isinstance(r, Exception)], results
    for place in ServiceDay.objects.all():
        assert place.booked == Booking.objects.filter(day=place.day).count() == 2
    assert canteen.child.bookings.count() == ServiceDay.objects.count()


def test_two_people_ticking_lose_nothing():
    canteen = build()
    day = canteen.past_day
    children = [*canteen.children, *(canteen.enrol() for _ in range(4))]
    for child in children:
        Booking.objects.create(child=child, school=canteen.school, day=day)

    def tick(user, part, state):
        def act():
            for child in part:
                attendance.tick(
                    by=Actor(user=user), school=canteen.school, day=day, child=child, state=state
                )

        return act

    results = together(
        tick(canteen.teacher, children[:3], "served"), tick(canteen.head, children[3:], "absent")
    )
    assert results == [None, None]
    assert Booking.objects.filter(day=day, state="served").count() == 3
    assert Booking.objects.filter(day=day, state="absent").count() == 3


def test_the_instant_is_the_transactions_and_does_not_move_while_waiting():
    with transaction.atomic():
        first = instant_of_transaction()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        assert abs((instant_of_transaction() - first).total_seconds()) < 0.02
