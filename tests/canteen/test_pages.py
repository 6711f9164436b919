"""A family's pages and their API: the month, a tap on a day, registration."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from enrolment.canteen.actions.bookings import materialise
from enrolment.canteen.models import Booking, Course, MealRegistration, Menu
from enrolment.canteen.months import courses_for
from families.models import HealthCarePlan
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.schools import RollEntryFactory

HTMX = {"HX-Request": "true"}


def month_url(canteen, day):
    return reverse("canteen:month", args=[canteen.child.reference, day.year, day.month])


def change_url(canteen, day):
    return reverse("canteen:change", args=[canteen.child.reference, day])


@pytest.fixture
def booked(canteen, client):
    materialise()
    client.force_login(canteen.parent)
    return canteen


def test_a_tap_changes_the_day_in_place(booked, client):
    day = booked.open_day
    answer = client.post(change_url(booked, day), {"wanted": "0"}, headers=HTMX).content.decode()
    assert "Repas annulé pour Lina." in answer
    assert f'id="d-{day}" hx-swap-oob="true"' in answer
    assert "meal-day--free" in answer
    assert "<html" not in answer
    assert Booking.objects.get(child=booked.child, day=day).state == "cancelled"


def test_without_javascript_the_same_form_comes_back_to_the_day(booked, client):
    day = booked.open_day
    answer = client.post(change_url(booked, day), {"wanted": "0"}, follow=True)
    assert answer.redirect_chain[0][0].endswith(f"?jour={day}#jour")
    assert "Repas annulé pour Lina." in answer.content.decode()


def test_too_late_is_said_with_the_limit(booked, client, at):
    day = booked.open_day
    limit = booked.service.cutoff(day)
    with at(limit):
        answer = client.post(change_url(booked, day), {"wanted": "0"}, headers=HTMX)
    assert answer.status_code == 200
    assert "Trop tard pour annuler ce repas" in answer.content.decode()
    assert "à 12 h" in answer.content.decode()
    assert Booking.objects.get(child=booked.child, day=day).state == "booked"


def test_the_same_for_the_brother(booked, client):
    day = booked.open_day
    brother = booked.children[1]
    client.post(change_url(booked, day), {"wanted": "0", "also": brother.reference}, headers=HTMX)
    assert Booking.objects.get(child=brother, day=day).state == "cancelled"
    assert Booking.objects.get(child=booked.child, day=day).state == "booked"


def test_another_familys_child_does_not_exist(booked, client):
    client.force_login(GuardianFactory().user)
    day = booked.open_day
    assert client.get(month_url(booked, day)).status_code == 404
    assert client.post(change_url(booked, day), {"wanted": "0"}).status_code == 404
    assert (
        client.get(reverse("canteen:registration", args=[booked.child.reference])).status_code
        == 404
    )
    api = f"/api/v1/canteen/children/{booked.child.reference}/months/{day.year}/{day.month}"
    assert client.get(api).status_code == 404


@pytest.mark.parametrize("month", [0, 13, 99])
def test_months_that_do_not_exist_answer_404(booked, client, month):
    address = f"/cantine/enfant/{booked.child.reference}/2026/{month}/"
    assert client.get(address).status_code == 404


def test_a_month_costs_a_fixed_number_of_queries(booked, client, django_assert_max_num_queries):
    day = booked.open_day
    for number in range(20):
        menu = Menu.objects.create(kitchen=booked.kitchen, day=day + dt.timedelta(days=number))
        Course.objects.create(menu=menu, kind="main", name="Daube", allergens=["celery"])
    client.get(month_url(booked, day))
    with django_assert_max_num_queries(30):
        assert client.get(month_url(booked, day)).status_code == 200


def test_each_diet_sees_its_own_plate():
    main = Course(kind="main", name="Saucisse")
    other = Course(kind="main", name="Omelette", diet="no_meat")
    side = Course(kind="side", name="Lentilles")
    courses = [main, other, side]
    assert courses_for(courses, "standard") == (main, side)
    assert courses_for(courses, "no_meat") == (other, side)
    assert courses_for(courses, "no_pork") == (main, side)


@pytest.fixture
def newcomers(canteen, client):
    parent = canteen.children[0].guardians.first()
    found = [ChildFactory(parents=[parent], given_name=name) for name in ("Zoé", "Tim")]
    for child in found:
        RollEntryFactory(child=child, class_group=canteen.group)
    client.force_login(canteen.parent)
    return found


def test_registering_brothers_and_sisters_together(canteen, newcomers, client):
    url = reverse("canteen:registration", args=[newcomers[0].reference])
    assert "Zoé" in client.get(url).content.decode()
    data = {
        "starts_on": canteen.open_day.isoformat(),
        "weekdays": ["1", "4"],
        "diet": "no_meat",
        "siblings": [str(newcomers[1].pk)],
    }
    refused = client.post(url, data)
    assert refused.status_code == 422
    assert "Acceptez le règlement" in refused.content.decode()
    answer = client.post(url, data | {"rules_accepted": "on"})
    assert answer.status_code == 302
    assert MealRegistration.objects.filter(child__in=newcomers).count() == 2
    assert set(Booking.objects.filter(child=newcomers[1]).values_list("diet", flat=True)) == {
        "no_meat"
    }


def test_a_sibling_of_another_family_cannot_be_slipped_in(canteen, newcomers, client):
    foreign = ChildFactory()
    RollEntryFactory(child=foreign, class_group=canteen.group)
    data = {
        "starts_on": canteen.open_day.isoformat(),
        "weekdays": ["1"],
        "diet": "standard",
        "siblings": [str(foreign.pk)],
        "rules_accepted": "on",
    }
    url = reverse("canteen:registration", args=[newcomers[0].reference])
    assert client.post(url, data).status_code == 422
    assert not MealRegistration.objects.filter(child=foreign).exists()


def test_a_packed_lunch_is_offered_with_a_pai_only(canteen, newcomers, client):
    url = reverse("canteen:registration", args=[newcomers[0].reference])
    assert "Panier-repas" not in client.get(url).content.decode()
    HealthCarePlan.objects.create(
        child=newcomers[0], brings_packed_lunch=True, starts_on=canteen.year.starts_on
    )
    assert "Panier-repas" in client.get(url).content.decode()


def test_the_api_books_with_an_idempotency_key(booked, client):
    day = booked.open_day
    address = f"/api/v1/canteen/children/{booked.child.reference}/meals"
    body = {"day": day.isoformat(), "wanted": False}
    for _ in range(2):
        answer = client.post(
            address, body, content_type="application/json", headers={"Idempotency-Key": "k1"}
        )
        assert answer.status_code == 200
        assert answer.json()["state"] == "cancelled"
    past = booked.past_day.isoformat()
    refused = client.post(address, {"day": past, "wanted": True}, content_type="application/json")
    assert refused.status_code == 409
    assert refused.json()["code"] == "cutoff_passed"


def test_home_and_cards_say_what_is_next(booked, client):
    page = client.get(reverse("canteen:home")).content.decode()
    assert "Lina" in page
    assert "Noé" in page
    assert "Prochain repas" in client.get("/").content.decode()
    client.force_login(booked.manager)
    assert "à envoyer" in client.get("/").content.decode()
    assert client.get(reverse("canteen:home")).url == reverse("canteen:orders")


def test_a_manager_writes_a_menu_and_families_read_it(booked, client):
    day = booked.open_day
    client.force_login(booked.manager)
    url = reverse("canteen:menu_edit", args=[booked.kitchen.code, day])
    assert client.get(url).status_code == 200
    data = {"theme": "Semaine du goût", "plats-TOTAL_FORMS": "2", "plats-INITIAL_FORMS": "0"}
    dish = {
        "plats-0-kind": "main",
        "plats-0-name": "Ratatouille",
        "plats-0-allergens": ["celery"],
        "plats-0-labels": ["organic", "vegetarian"],
        "plats-1-kind": "dessert",
        "plats-1-name": "",
    }
    empty = client.post(url, data | {"plats-0-kind": "main", "plats-1-kind": "main"})
    assert "au moins le plat principal" in empty.content.decode()
    assert client.post(url, data | dish).status_code == 302
    assert client.get(reverse("canteen:menus") + f"?jour={day}").status_code == 200
    client.force_login(booked.parent)
    page = client.get(month_url(booked, day)).content.decode()
    assert "Ratatouille" in page
    assert "céleri" in page
    assert clock.today() <= day
