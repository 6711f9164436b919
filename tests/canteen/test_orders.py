"""Kitchens' orders: counting, freezing, correcting, who may read what."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.errors import RuleBroken
from core.journal import JournalEntry
from core.outbox import Message
from enrolment.canteen.actions.bookings import change_meal, materialise
from enrolment.canteen.actions.orders import freeze_and_send, quantities_of
from enrolment.canteen.models import Booking, KitchenOrder
from families.models import HealthCarePlan
from tests.factories.canteen import KitchenFactory, RefectoryFactory


@pytest.fixture
def closed(canteen, at):
    """Be at the first open day's cut-off, with its meals booked."""
    materialise()
    day = canteen.open_day
    with at(canteen.service.cutoff(day)):
        yield day


def send(canteen, day):
    return freeze_and_send(by=canteen.by(canteen.manager), kitchen=canteen.kitchen, day=day)


def test_an_order_waits_for_the_cutoff(canteen):
    materialise()
    with pytest.raises(RuleBroken) as refused:
        send(canteen, canteen.open_day)
    assert refused.value.code == "too_early"
    assert not KitchenOrder.objects.exists()


def test_sending_twice_sends_once_and_tells_the_kitchen(canteen, closed):
    first = send(canteen, closed)
    assert send(canteen, closed) == first
    assert (first.version, first.total) == (1, 2)
    message = Message.objects.get(kind="kitchen_order")
    assert message.address == canteen.kitchen.email
    assert "2" in message.body
    for child in canteen.children:
        assert child.family_name not in message.body, "a kitchen gets numbers, no names"


def test_the_kitchens_link_gives_the_workbook_and_dies(canteen, closed, client, at):
    send(canteen, closed)
    link = re.search(r"https?://\S+/fichier/\S+", Message.objects.get().body)[0]
    path = "/" + link.split("/", 3)[3]
    answer = client.get(path)
    assert answer.headers["Content-Disposition"].count("v1.xlsx") >= 1
    assert client.get(path[:-3] + "xx/").status_code == 404
    with at(clock.now() + dt.timedelta(days=15)):
        assert client.get(path).status_code == 404


def test_a_correction_is_a_new_version(canteen, closed):
    first = send(canteen, closed)
    change_meal(
        by=canteen.by(canteen.manager), child=canteen.child, day=closed, wanted=False, staff=True
    )
    second = send(canteen, closed)
    assert second.version == 2
    assert sum(quantities_of(first).values()) == 2, "what was sent stays as it was sent"
    assert sum(quantities_of(second).values()) == 1
    assert Message.objects.filter(kind="kitchen_order").count() == 2


def test_the_page_shows_the_differences_and_the_workbook_the_figures(canteen, closed, client):
    send(canteen, closed)
    change_meal(
        by=canteen.by(canteen.manager), child=canteen.child, day=closed, wanted=False, staff=True
    )
    client.force_login(canteen.manager)
    page = client.get(reverse("canteen:order", args=[canteen.kitchen.code, closed]))
    assert "meal-change" in page.content.decode()
    assert "Envoyer la correction" in page.content.decode()
    answer = client.get(reverse("canteen:order_xlsx", args=[canteen.kitchen.code, closed]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][3] == canteen.school.name
    assert rows[1][-1] == 1
    assert rows[-1][3] == "Total"
    assert rows[-1][4:] == rows[-2][4:] == rows[1][4:], "of the only school, route and kitchen"
    assert sheet.auto_filter.ref.endswith("2"), "sorting the schools leaves the totals below"


def test_names_of_pai_trays_ask_for_a_reason_and_leave_a_trace(canteen, closed, client):
    HealthCarePlan.objects.create(
        child=canteen.child, allergens=["peanuts"], starts_on=canteen.year.starts_on
    )
    client.force_login(canteen.manager)
    url = reverse("canteen:trays", args=[canteen.kitchen.code, closed])
    assert canteen.child.full_name not in client.get(url).content.decode()
    assert not JournalEntry.objects.filter(verb="read.health_care_plans").exists()
    answer = client.post(url, {"reason": "tray_preparation"}).content.decode()
    assert canteen.child.full_name in answer
    assert "Arachides" in answer
    entry = JournalEntry.objects.get(verb="read.health_care_plans")
    assert entry.actor == canteen.manager
    assert "peanuts" not in str(entry.facts) + entry.reason


@pytest.mark.parametrize("who", ["parent", "teacher", "head"])
def test_others_do_not_see_orders(canteen, client, who):
    client.force_login(getattr(canteen, who))
    assert client.get(reverse("canteen:orders")).status_code == 403


def test_the_orders_page_costs_the_same_with_many_schools(
    canteen, closed, client, django_assert_max_num_queries
):
    for _ in range(12):
        place = RefectoryFactory(kitchen=canteen.kitchen)
        Booking.objects.create(child=canteen.enrol(), school=place.school, day=closed)
    client.force_login(canteen.manager)
    url = reverse("canteen:order", args=[canteen.kitchen.code, closed])
    client.get(url)
    with django_assert_max_num_queries(22):
        assert client.get(url).status_code == 200


def test_a_kitchens_system_reads_its_orders_with_a_token(canteen, closed, client):
    from core.partners import issue

    order = send(canteen, closed)
    issued = issue(
        name="Cuisine",
        scopes=["kitchen-orders:read"],
        by=canteen.by(canteen.manager),
        expires_at=clock.now() + dt.timedelta(days=30),
    )
    secret = issued.secret
    headers = {"Authorization": f"Bearer {secret}"}
    listed = client.get("/api/v1/canteen/kitchen-orders", headers=headers).json()
    assert [row["version"] for row in listed["items"]] == [order.version]
    one = client.get(
        f"/api/v1/canteen/kitchen-orders/{canteen.kitchen.code}/{closed}", headers=headers
    ).json()
    assert [(line["diet"], line["quantity"]) for line in one["lines"]] == [("standard", 2)]
    assert client.get("/api/v1/canteen/kitchen-orders").status_code == 401
    client.force_login(canteen.parent)
    assert client.get("/api/v1/canteen/kitchen-orders").status_code == 403


def test_a_kitchen_without_schools_shows_an_empty_page(canteen, client):
    client.force_login(canteen.manager)
    empty = KitchenFactory()
    url = reverse("canteen:order", args=[empty.code, clock.today()])
    assert "ne sert encore aucune école" in client.get(url).content.decode()
