"""Ticking: who may, what it writes, what it costs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from enrolment.canteen.models import Booking
from tests.factories.accounts import UserFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory


@pytest.fixture
def day(canteen):
    day = canteen.past_day
    for child in canteen.children:
        Booking.objects.create(child=child, school=canteen.school, day=day)
    return day


def url(name, canteen, day):
    return reverse(f"canteen:{name}", args=[canteen.school.uai, day])


def state(child, day):
    return Booking.objects.get(child=child, day=day).state


@pytest.mark.parametrize("who", ["manager", "head", "teacher"])
def test_staff_tick_by_plain_form(canteen, day, client, who):
    client.force_login(getattr(canteen, who))
    assert canteen.child.full_name in client.get(url("tick_list", canteen, day)).content.decode()
    for wanted in ("served", "absent", "booked", "served"):
        client.post(url("tick", canteen, day), {"tick": f"{canteen.child.reference}:{wanted}"})
        assert state(canteen.child, day) == wanted
    assert state(canteen.children[1], day) == "booked", "one tick writes one child"


def test_htmx_answers_with_the_row_and_the_count(canteen, day, client):
    client.force_login(canteen.teacher)
    answer = client.post(
        url("tick", canteen, day),
        {"tick": f"{canteen.child.reference}:served"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "meal-tick--served" in answer
    assert 'hx-swap-oob="true"' in answer


def test_a_teacher_sees_the_own_class_only_and_no_diet(canteen, day, client):
    other = ClassGroupFactory(school=canteen.school, school_year=canteen.year)
    stranger = canteen.enrol(given_name="Ailleurs")
    stranger.roll_entries.update(class_group=other)
    Booking.objects.create(child=stranger, school=canteen.school, day=day, diet="no_pork")
    Booking.objects.filter(child=canteen.child).update(diet="no_pork")
    client.force_login(canteen.teacher)
    page = client.get(url("tick_list", canteen, day)).content.decode()
    assert stranger.full_name not in page
    assert "Sans porc" not in page
    answer = client.post(url("tick", canteen, day), {"tick": f"{stranger.reference}:served"})
    assert answer.status_code == 404
    assert state(stranger, day) == "booked"
    client.force_login(canteen.head)
    assert "Sans porc" in client.get(url("tick_list", canteen, day)).content.decode()


def test_other_schools_and_other_people_stay_out(canteen, day, client):
    elsewhere = ClassGroupFactory().school
    client.force_login(UserFactory(roles=[(Role.HEAD_TEACHER, elsewhere.uai)]))
    assert client.get(url("tick_list", canteen, day)).status_code == 404
    client.force_login(canteen.parent)
    assert client.get(url("tick_list", canteen, day)).status_code == 403


def test_the_rest_is_marked_present_but_not_those_ticked(canteen, day, client):
    client.force_login(canteen.head)
    client.post(url("tick", canteen, day), {"tick": f"{canteen.child.reference}:absent"})
    client.post(url("tick", canteen, day), {"rest": "1"})
    assert state(canteen.child, day) == "absent"
    assert state(canteen.children[1], day) == "served"


def test_a_sick_childs_absence_is_excused_by_the_head_not_the_teacher(canteen, day, client):
    sick = {"tick": f"{canteen.child.reference}:sick"}
    client.force_login(canteen.head)
    client.post(url("tick", canteen, day), {"tick": f"{canteen.child.reference}:absent"})
    client.force_login(canteen.teacher)
    assert client.post(url("tick", canteen, day), sick).status_code == 404
    client.force_login(canteen.head)
    for excuse in ("sick", "", "sick"):
        client.post(url("tick", canteen, day), sick)
        assert Booking.objects.get(child=canteen.child).excuse == excuse
    client.post(url("tick", canteen, day), {"tick": f"{canteen.child.reference}:served"})
    assert Booking.objects.get(child=canteen.child).excuse == ""


def test_a_child_without_booking_is_fed_and_noted(canteen, day, client):
    guest = canteen.enrol(given_name="Victor")
    client.force_login(canteen.teacher)
    page = client.get(url("unbooked", canteen, day), {"q": "VÏCTOR"}).content.decode()
    assert guest.full_name in page
    client.post(url("unbooked", canteen, day), {"child": guest.reference})
    booking = Booking.objects.get(child=guest)
    assert (booking.state, booking.source) == ("served", "unbooked")
    client.post(url("tick", canteen, day), {"tick": f"{guest.reference}:booked"})
    assert state(guest, day) == "cancelled", "a mistake leaves no meal to pay"


def test_neither_tomorrow_nor_long_ago_is_ticked(canteen, client):
    client.force_login(canteen.head)
    ahead = canteen.service.calendar.next_after(clock.today())
    Booking.objects.create(child=canteen.child, school=canteen.school, day=ahead)
    client.post(url("tick", canteen, ahead), {"tick": f"{canteen.child.reference}:served"})
    assert state(canteen.child, ahead) == "booked"


@pytest.mark.parametrize("page", ["tick_list", "schools"])
def test_lists_cost_the_same_however_long(
    canteen, day, client, page, django_assert_max_num_queries
):
    for _ in range(15):
        child = canteen.enrol()
        Booking.objects.create(child=child, school=canteen.school, day=day)
        RollEntryFactory(class_group=ClassGroupFactory(school_year=canteen.year))
    client.force_login(canteen.manager)
    address = (
        url("tick_list", canteen, day)
        if page == "tick_list"
        else f"{reverse('canteen:attendance')}?jour={day}"
    )
    client.get(address)
    with django_assert_max_num_queries(22):
        assert client.get(address).status_code == 200
