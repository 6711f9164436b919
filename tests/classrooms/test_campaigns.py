"""Campaigns: how far each school is, what was found, who sees it."""

import datetime as dt
import uuid
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classrooms.audits import actions, home
from classrooms.audits.actions import Act
from classrooms.audits.models import Campaign
from classrooms.audits.queries.campaigns import report_of
from classrooms.audits.queries.standing import standing_of
from core import clock
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory, DeviceFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


class World:
    """Two schools; at the first one, two carts and a device outside them."""

    def __init__(self):
        self.one = CartFactory(filled=3, slots=3)
        self.two = CartFactory(filled=2, slots=3, school=self.one.school)
        self.loose = DeviceFactory(school=self.one.school)
        self.far = CartFactory(filled=2)
        self.manager = UserFactory(roles=[Role.IT_MANAGER])
        self.technician = UserFactory(roles=[(Role.IT_TECHNICIAN, self.one.school.uai)])
        today = clock.today()
        self.campaign = actions.order_campaign(
            by=Actor(user=self.manager),
            name="Recolement",
            starts_on=today,
            deadline=today + dt.timedelta(days=20),
            schools=[self.one.school, self.far.school],
        )

    def count(self, person, cart, *texts, move=()):
        by = Actor(user=person)
        audit, _new = actions.open_audit(by=by, cart=cart)
        acts = [Act(uuid.uuid4(), number=n, text=text) for n, text in enumerate(texts)]
        moves = [Act(act.scan, "move", 99) for act in acts if act.text in move]
        actions.record_acts(by=by, audit=audit, acts=acts + moves)
        missing = {device.pk for device in standing_of(audit).due}
        return actions.close_audit(by=by, audit=audit, missing=missing)


@pytest.fixture
def world():
    return World()


def test_progress_and_findings_add_up_school_by_school(world):
    one, two = (
        [d.asset_tag for d in cart.devices.order_by("slot")] for cart in (world.one, world.two)
    )
    foreign = world.far.devices.get(slot=1).asset_tag
    # The third of cart one was put into cart two, where it is given its place.
    world.count(world.technician, world.one, one[0], one[1], foreign)
    world.count(world.technician, world.two, *two, one[2], move={one[2]})
    report = report_of(world.campaign, world.technician)
    (row,) = report.schools
    assert (row.planned, row.done, row.is_done) == (3, 2, False)
    assert dict(row.found) == {"here": 4, "moved": 1}, "what was moved is not missing as well"
    assert [scan.text for scan in report.unknown] == [foreign]
    # Counted again, a cart counts once, as it was found last.
    world.count(world.technician, world.one, one[0])
    report = report_of(world.campaign, world.technician)
    assert (report.total("here"), report.total("missing"), report.done) == (3, 1, 2)
    assert len(report_of(world.campaign, world.manager).schools) == 2


def test_the_workbook_holds_what_the_page_shows_and_only_ones_schools(client, world):
    world.count(world.technician, world.one, world.one.devices.get(slot=1).serial, "=CMD()")
    world.count(world.manager, world.far, "AUTRE")
    sign_in_client(client, world.technician)
    where = reverse("audits:campaign", args=[world.campaign.public_id])
    page = client.get(where).content.decode()
    assert "Manquant (2)" in page.replace("\u00a0", " ")
    assert world.far.school.name not in page
    data = client.get(reverse("audits:export", args=[world.campaign.public_id])).content
    sheet = openpyxl.load_workbook(BytesIO(data)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 4
    assert {row[0] for row in rows} == {world.one.school.uai}
    assert not [c for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_a_campaign_awaits_the_technicians_of_its_schools_until_it_ends(client, world):
    (card,) = home.cards(world.technician)
    assert card.count == 3
    other = UserFactory(roles=[(Role.IT_TECHNICIAN, CartFactory().school.uai)])
    assert not list(home.cards(other))
    sign_in_client(client, other)
    for name in ("campaign", "export"):
        where = reverse(f"audits:{name}", args=[world.campaign.public_id])
        assert client.get(where).status_code == 404
    ending = reverse("audits:campaign_end", args=[world.campaign.public_id])
    sign_in_client(client, world.technician)
    assert client.post(ending).status_code == 403
    sign_in_client(client, world.manager)
    assert client.post(ending).status_code == 302
    assert not list(home.cards(world.technician))
    CartFactory(school=world.one.school)
    campaign = Campaign.objects.get()
    planned = {row.school: row.planned for row in report_of(campaign, world.manager).schools}
    assert planned[world.one.school] == 3, "what was due stays what it was"
    with pytest.raises(RuleBroken):
        actions.end_campaign(by=Actor(user=world.manager), campaign=campaign)


def test_a_campaign_is_ordered_for_schools_that_have_devices(client, world):
    sign_in_client(client, world.manager)
    where, today = reverse("audits:campaign_new"), clock.today()
    sent = {"name": "Automne", "starts_on": today, "deadline": today}
    assert client.post(where, sent).status_code == 422
    past = {**sent, "deadline": today - dt.timedelta(days=1), "everywhere": "on"}
    assert client.post(where, past).status_code == 422
    assert client.post(where, {**sent, "schools": [world.far.school_id]}).status_code == 302
    assert Campaign.objects.get(name="Automne").places.get().school == world.far.school


def test_the_list_of_campaigns_asks_no_more_for_ten_than_for_one(
    client, world, django_assert_max_num_queries
):
    world.count(world.technician, world.one, world.one.devices.get(slot=1).asset_tag)
    sign_in_client(client, world.technician)
    page = reverse("audits:campaigns")
    with CaptureQueriesContext(connection) as alone:
        client.get(page)
    today = clock.today()
    for number in range(4):
        actions.order_campaign(
            by=Actor(user=world.manager),
            name=f"Suivante {number}",
            starts_on=today,
            deadline=today + dt.timedelta(days=20),
            schools=[world.one.school] if number % 2 else [world.one.school, world.far.school],
        )
    with django_assert_max_num_queries(len(alone)):
        rows = client.get(page).context["rows"]
    # What was counted counts for its own campaign, and in one's own schools only.
    assert sorted(row[1:] for row in rows) == [(1, 3, 0)] * 4 + [(1, 3, 1)]
