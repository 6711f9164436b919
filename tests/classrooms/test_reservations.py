"""Carts that teachers count on: free or taken, never twice; taken, given back, told of."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from classrooms import actions
from classrooms.actions import Holder
from classrooms.lending.actions import reminding, transfers
from classrooms.lending.actions.reservations import Wish, cancel, give_back, reserve, take
from classrooms.lending.models import Reservation, ReservedHour
from classrooms.lending.queries.calendar import week_of
from classrooms.models import HandOut
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from enrolment.schools.models import SchoolClosure
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, HandOutFactory, HandOutItemFactory
from tests.factories.schools import (
    ClassGroupFactory,
    SchoolFactory,
    SchoolYearFactory,
)
from tests.people import sign_in_client
from tests.together import at_once

pytestmark = pytest.mark.django_db

#: A Monday of school, at nine.
MONDAY = dt.date(2026, 11, 9)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(clock.at(MONDAY, 9), tick=True):
        yield


@pytest.fixture
def year(db):
    year = SchoolYearFactory(
        start_year=2026, starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2027, 7, 3)
    )
    SchoolClosure.objects.create(
        school_year=year,
        label="Vacances de Noël",
        starts_on=dt.date(2026, 12, 19),
        ends_on=dt.date(2027, 1, 3),
    )
    return year


@pytest.fixture
def cart(year):
    return CartFactory(filled=3)


def teacher_of(school):
    return UserFactory(roles=[(Role.TEACHER, school.uai)])


@pytest.fixture
def teacher(cart):
    return teacher_of(cart.school)


def book(cart, teacher, day=MONDAY, first=13, end=15, **rest):
    until = rest.pop("until", None)
    return reserve(
        by=Actor(user=teacher),
        wish=Wish(cart, day, first, end, until),
        teacher=teacher,
        **rest,
    )


def test_a_free_cart_is_reserved_at_once_and_a_taken_one_says_by_whom(cart, teacher):
    booked = book(cart, teacher)
    assert len(booked.reservations) == 1
    with pytest.raises(RuleBroken, match=teacher.get_full_name()) as refused:
        book(cart, teacher_of(cart.school), first=14, end=16)
    assert refused.value.code == "taken"
    assert book(cart, teacher_of(cart.school), first=15, end=16).reservations


@pytest.mark.parametrize("reserved", [False, True])
def test_a_cart_that_is_late_is_away_today_and_promised_to_nobody_unwarned(
    client, cart, teacher, reserved
):
    """Lent for days or for some hours: what is not given back does not look free."""
    if reserved:
        take(by=Actor(user=teacher), reservation=book(cart, teacher).reservations[0])
    else:
        holder = Holder(cart.school, class_group=ClassGroupFactory(school=cart.school))
        actions.hand_out_cart(by=Actor(user=teacher), cart=cart, holder=holder, due_on=MONDAY)
    with time_machine.travel(clock.at(MONDAY + dt.timedelta(days=1), 9)):
        row = week_of(cart.school, MONDAY)[0]
        assert row.late.due_on == MONDAY
        assert [bool(day.lent) for day in row.days] == [True, True, False, False, False]
        with pytest.raises(RuleBroken) as refused:
            book(cart, teacher, MONDAY + dt.timedelta(days=1))
        assert refused.value.code == "taken"
        sign_in_client(client, teacher)
        shown = client.get(reverse("lending:calendar")).content.decode()
        assert "Pas encore rendu" in shown
        page = client.get(reverse("lending:reserve", args=[cart.code])).content.decode()
        assert "Votre réservation compte s’il revient" in page
        assert book(cart, teacher, MONDAY + dt.timedelta(days=3)).reservations
        before = week_of(cart.school, MONDAY - dt.timedelta(weeks=1))[0]
        assert not any(day.lent for day in before.days), "not before it left"


def test_the_database_itself_refuses_an_hour_twice(cart, teacher):
    first = book(cart, teacher).reservations[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        ReservedHour.objects.create(reservation=first, cart=cart, day=MONDAY, hour=14)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"first": 15, "end": 15}, "hours"),
        ({"first": 7, "end": 9}, "hours"),
        ({"first": 8, "end": 9}, "past"),
        ({"day": MONDAY - dt.timedelta(days=7)}, "past"),
        ({"day": MONDAY + dt.timedelta(days=2)}, "no_school"),
        ({"day": dt.date(2026, 12, 21)}, "no_school"),
        ({"day": MONDAY + dt.timedelta(days=400)}, "far"),
    ],
)
def test_a_moment_that_makes_no_sense_is_refused(cart, teacher, change, code):
    with pytest.raises(RuleBroken) as refused:
        book(cart, teacher, **change)
    assert refused.value.code == code
    assert not Reservation.objects.exists()


def test_each_week_until_a_day_without_the_holidays_nor_what_others_have(client, cart, teacher):
    other = teacher_of(cart.school)
    book(cart, other, day=MONDAY + dt.timedelta(weeks=2))
    wish = {"until": dt.date(2027, 1, 11)}
    with pytest.raises(RuleBroken) as refused:
        book(cart, teacher, **wish)
    assert refused.value.code == "taken"
    booked = book(cart, teacher, skip_taken=True, **wish)
    days = [row.day for row in booked.reservations]
    assert booked.taken == [MONDAY + dt.timedelta(weeks=2)]
    assert booked.holidays == [dt.date(2026, 12, 21), dt.date(2026, 12, 28)]
    assert len(days) == 7
    assert len({row.series for row in booked.reservations}) == 1
    second = booked.reservations[1]
    assert cancel(by=Actor(user=teacher), reservation=second, following=True) == 6
    assert Reservation.objects.filter(state="booked", teacher=teacher).count() == 1
    book(cart, other, day=days[3])
    assert not Message.objects.exists(), "who cancels needs no message"
    sign_in_client(client, teacher)
    first = booked.reservations[0]
    act = reverse("lending:reservation_act", args=[first.public_id])
    back = client.post(act, {"do": "cancel"}, follow=True)
    assert "1 réservation annulée" in back.content.decode()
    assert back.redirect_chain[0][0].endswith(f"day={first.day}"), "the week, to choose again"


def test_a_reservation_becomes_a_hand_out_in_one_tap_and_comes_back(cart, teacher):
    group = ClassGroupFactory(school=cart.school)
    row = book(cart, teacher, class_group=group).reservations[0]
    later = book(cart, teacher_of(cart.school), first=16, end=17).reservations[0]
    by = Actor(user=teacher)
    hand_out = take(by=by, reservation=row)
    assert (hand_out.class_group, hand_out.due_on) == (group, MONDAY)
    with pytest.raises(RuleBroken):
        take(by=by, reservation=row)
    with pytest.raises(RuleBroken) as refused:
        take(by=by, reservation=later)
    assert refused.value.code == "cart_out"
    row.refresh_from_db()
    give_back(by=by, reservation=row)
    assert take(by=by, reservation=later).holder == HandOut.Holder.TEACHER
    tomorrow = book(cart, teacher, day=MONDAY + dt.timedelta(days=1)).reservations[0]
    with pytest.raises(RuleBroken) as refused:
        take(by=by, reservation=tomorrow)
    assert refused.value.code == "not_today"


def test_a_cart_that_is_lent_is_not_free_and_one_that_is_reserved_is_not_lent(cart, teacher):
    by = Actor(user=UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    mine, other = (ClassGroupFactory(school=cart.school) for _ in range(2))
    wednesday, thursday = (MONDAY + dt.timedelta(days=n) for n in (2, 3))
    book(cart, teacher, day=thursday, class_group=mine)

    def lend(group, due_on):
        return actions.hand_out_cart(
            by=by, cart=cart, holder=Holder(cart.school, class_group=group), due_on=due_on
        )

    with pytest.raises(RuleBroken, match="12 novembre") as refused:
        lend(other, thursday)
    assert refused.value.code == "claimed"
    lend(other, wednesday)
    with pytest.raises(RuleBroken) as refused:
        book(cart, teacher, day=MONDAY + dt.timedelta(days=1))
    assert refused.value.code == "taken"
    out = HandOut.objects.get()
    outcomes = dict.fromkeys(out.items.values_list("pk", flat=True), "good")
    actions.take_back(by=by, hand_out=out, outcomes=outcomes)
    assert lend(mine, thursday), "her own class may keep what she reserved"


def test_a_cart_that_leaves_is_no_longer_counted_on_and_its_teachers_know(cart, teacher):
    book(cart, teacher, until=MONDAY + dt.timedelta(weeks=2))
    manager = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    journey = transfers.plan_transfer(
        by=manager, carts=[cart], to_school=SchoolFactory(), reason="Fermeture"
    )
    with pytest.raises(RuleBroken) as refused:
        book(cart, teacher, first=10, end=11)
    assert refused.value.code == "leaving"
    transfers.dispatch(by=manager, transfer=journey)
    assert not ReservedHour.objects.exists()
    message = Message.objects.get(recipient=teacher, kind="fleet_reservation_cancelled")
    assert "23 novembre" in message.body


def test_reserving_through_the_pages_and_the_calendar_says_so(
    client, cart, teacher, django_assert_max_num_queries
):
    sign_in_client(client, teacher)
    page = reverse("lending:calendar")
    week = client.get(page).content.decode()
    form_url = f"{reverse('lending:reserve', args=[cart.code])}?day={MONDAY}&part=pm"
    assert form_url.replace("&", "&amp;") in week
    assert client.get(form_url).status_code == 200
    form = {
        "day": MONDAY.isoformat(),
        "part": "hours",
        "first_hour": "13",
        "end_hour": "15",
        "teacher": str(teacher.pk),
        "purpose": "Exposé",
    }
    answer = client.post(form_url, form, follow=True).content.decode()
    assert "13\u00a0h – 15\u00a0h" in answer
    assert teacher.get_full_name() in answer
    assert client.post(form_url, form).status_code == 409
    assert client.post(form_url, form | {"teacher": str(teacher.pk + 999)}).status_code == 422
    for _ in range(4):
        CartFactory(school=cart.school)
    with django_assert_max_num_queries(16):
        client.get(page)
    month = client.get(page, {"view": "month"}).content.decode()
    assert "novembre 2026" in month.lower()
    row = Reservation.objects.get()
    act = reverse("lending:reservation_act", args=[row.public_id])
    client.post(act, {"do": "take"})
    client.post(act, {"do": "give_back"})
    row.refresh_from_db()
    assert (row.state, row.hand_out.state) == ("used", "closed")


@pytest.mark.parametrize("days", [5, 6])
def test_opened_at_a_weekend_the_calendar_shows_the_coming_week(client, cart, teacher, days):
    with time_machine.travel(clock.at(MONDAY + dt.timedelta(days=days), 9), tick=True):
        sign_in_client(client, teacher)
        page = reverse("lending:calendar")
        assert client.get(page).context["first"] == MONDAY + dt.timedelta(days=7)
        asked = client.get(page, {"day": (MONDAY + dt.timedelta(days=5)).isoformat()})
        assert asked.context["first"] == MONDAY, "a week that was asked for is shown"
        month = client.get(page, {"view": "month"})
        assert month.context["first"] == MONDAY.replace(day=1)


def test_another_school_neither_reads_nor_reserves_nor_cancels(client, cart, teacher):
    row = book(cart, teacher).reservations[0]
    for role in (Role.TEACHER, Role.IT_TECHNICIAN, Role.HEAD_TEACHER):
        stranger = UserFactory(roles=[(role, SchoolFactory().uai)])
        sign_in_client(client, stranger)
        calendar = client.get(reverse("lending:calendar"), {"school": cart.school_id})
        assert teacher.get_full_name() not in calendar.content.decode()
        for page in (
            reverse("lending:reservation", args=[row.public_id]),
            reverse("lending:reserve", args=[cart.code]),
        ):
            assert client.get(page).status_code == 404
        act = reverse("lending:reservation_act", args=[row.public_id])
        assert client.post(act, {"do": "cancel"}).status_code == 404
    with pytest.raises(RuleBroken) as refused:
        book(cart, stranger, first=16, end=17)
    assert refused.value.code == "other_school"
    colleague = teacher_of(cart.school)
    sign_in_client(client, colleague)
    assert client.get(reverse("lending:reservation", args=[row.public_id])).status_code == 200
    assert client.post(act, {"do": "cancel"}).status_code == 404, "a colleague's is not hers"


def test_teachers_are_told_once_the_day_before(cart, teacher):
    book(cart, teacher, day=MONDAY + dt.timedelta(days=1))
    book(cart, teacher, day=MONDAY + dt.timedelta(days=1), first=16, end=17)
    for _ in range(2):
        assert reminding.remind_reservations(MONDAY) == 1
    assert Message.objects.get(kind="fleet_reservation_tomorrow").body.count(cart.name) == 2


def test_what_is_late_is_told_once_a_day_to_each_who_can_do_something(cart, teacher, year):
    school = cart.school
    technician = UserFactory(roles=[(Role.IT_TECHNICIAN, school.uai)])
    manager = UserFactory(roles=[Role.IT_MANAGER])
    UserFactory(roles=[(Role.IT_TECHNICIAN, SchoolFactory().uai)])
    group = ClassGroupFactory(school=school, name="CM1 A")
    group.teachers.add(teacher)
    for days in (3, 9):
        out = HandOutFactory(class_group=group, due_on=MONDAY - dt.timedelta(days=days))
        HandOutItemFactory(hand_out=out)
    HandOutFactory(class_group=group, due_on=MONDAY)
    stolen = HandOutFactory(class_group=group, due_on=MONDAY - dt.timedelta(days=9))
    HandOutItemFactory(hand_out=stolen, device__state="stolen")
    for _ in range(2):
        reminding.remind_overdue(MONDAY)
    found = Message.objects.order_by("pk")
    assert {message.recipient for message in found} == {technician, manager, teacher}
    assert found.count() == 3
    assert all(message.body.count("CM1 A") == 2 for message in found.filter(kind="fleet_overdue"))
    reminding.remind_overdue(MONDAY + dt.timedelta(days=2))
    assert found.count() == 3, "no school on a Wednesday, no message"
    reminding.remind_overdue(MONDAY + dt.timedelta(days=1))
    assert Message.objects.count() == 6


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_ten_teachers_one_gets_the_hour(year):
    cart = CartFactory()
    people = [teacher_of(cart.school) for _ in range(10)]
    results = at_once(10, lambda n: book(cart, people[n], first=13 + n % 2, end=15))
    assert sum(not isinstance(result, RuleBroken) for result in results) == 1
    assert {r.code for r in results if isinstance(r, RuleBroken)} == {"taken"}
