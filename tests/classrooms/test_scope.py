"""A technician never meets another school: lists, search, sheets, exports, API, labels, scans."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from classrooms import actions
from classrooms.models import Cart, Device, FleetEvent, HandOut, Incident, InternetLine
from classrooms.queries.devices import identify
from core.accounts.roles import Role
from core.journal import Actor
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import (
    CartFactory,
    DeviceFactory,
    HandOutFactory,
    HandOutItemFactory,
    IncidentFactory,
    InternetLineFactory,
    SpareFactory,
)
from tests.factories.schools import ClassGroupFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


class World:
    """Two schools with the same things, and a technician of the first."""

    def __init__(self):
        self.ours, self.theirs = CartFactory(filled=3), CartFactory(filled=3)
        self.technician = UserFactory(roles=[(Role.IT_TECHNICIAN, self.ours.school.uai)])
        self.foreign = self.theirs.devices.get(slot=1)
        self.own = self.ours.devices.get(slot=1)
        self.loose = DeviceFactory(school=self.theirs.school)
        self.spare = SpareFactory()
        self.incident = IncidentFactory(device=self.foreign)
        self.hand_out = HandOutFactory(
            class_group=ClassGroupFactory(school=self.theirs.school), cart=self.theirs
        )
        for device in self.theirs.devices.order_by("slot"):
            HandOutItemFactory(hand_out=self.hand_out, device=device)
        InternetLineFactory(school=self.ours.school)
        self.line = InternetLineFactory(school=self.theirs.school)

    def pages(self):
        """Return every page about the other school's things."""
        return [
            reverse("classrooms:device", args=[self.foreign.asset_tag]),
            reverse("classrooms:device", args=[self.loose.asset_tag]),
            reverse("classrooms:device_hand_out", args=[self.foreign.asset_tag]),
            reverse("classrooms:cart", args=[self.theirs.code]),
            reverse("classrooms:cart_hand_out", args=[self.theirs.code]),
            reverse("classrooms:take_back", args=[self.hand_out.public_id]),
            reverse("classrooms:incident", args=[self.incident.public_id]),
            reverse("classrooms:report_cart", args=[self.theirs.code]),
            reverse("classrooms:report_device", args=[self.foreign.asset_tag]),
        ]

    def lists(self):
        """Return every list, searched for the other school's things by name."""
        return [
            reverse("classrooms:devices"),
            reverse("classrooms:devices") + f"?q={self.foreign.serial}",
            reverse("classrooms:devices") + f"?school={self.theirs.school.pk}",
            reverse("classrooms:devices") + f"?cart={self.theirs.code}",
            reverse("classrooms:carts"),
            reverse("classrooms:carts") + f"?school={self.theirs.school.pk}",
            reverse("classrooms:hand_outs"),
            reverse("classrooms:incidents"),
            reverse("classrooms:incidents") + f"?school={self.theirs.school.pk}",
            reverse("classrooms:board"),
            reverse("classrooms:board") + f"?district={self.theirs.school.district}&see=speed",
            reverse("classrooms:chart", args=["eleves-par-appareil", "csv"]),
            reverse("classrooms:incidents") + f"?q={self.foreign.asset_tag}",
            reverse("classrooms:tour"),
            reverse("classrooms:tour") + f"?school={self.theirs.school.pk}",
            reverse("classrooms:promises"),
            reverse("classrooms:promises_csv"),
            reverse("classrooms:replace") + f"?sortie={self.foreign.asset_tag}",
            reverse("classrooms:schools"),
            reverse("classrooms:schools") + f"?q={self.theirs.school.uai}",
            reverse("classrooms:lines"),
            reverse("classrooms:report_start"),
            reverse("classrooms:devices_csv"),
            reverse("classrooms:schools_csv"),
            "/api/v1/classrooms/devices",
            f"/api/v1/classrooms/devices?q={self.foreign.asset_tag}",
            "/api/v1/classrooms/incidents",
        ]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def here(world, client):
    sign_in_client(client, world.technician)
    return client


def test_pages_of_another_school_do_not_exist(world, here):
    found = [url for url in world.pages() if here.get(url).status_code != 404]
    assert not found
    acts = ("take_on", "swap", "close", "assign", "priority", "pause", "resume", "note")
    for act in (f"incident_{name}" for name in acts):
        url = reverse(f"classrooms:{act}", args=[world.incident.public_id])
        assert here.post(url, {"spare": world.spare.asset_tag}).status_code == 404


def test_lists_searches_and_exports_show_ones_own_schools_only(world, here):
    secrets = [
        world.foreign.asset_tag,
        world.loose.asset_tag,
        world.foreign.serial,
        world.theirs.code,
        world.theirs.school.name,
        world.line.reference,
    ]
    for url in world.lists():
        response = here.get(url)
        assert response.status_code == 200, url
        text = response.content.decode()
        for secret in secrets:
            # What was searched for stands in the search field again, and nowhere else.
            asked = f"={secret}" in url
            assert secret not in text or asked, f"{secret} on {url}"
    export = here.get(reverse("classrooms:devices_xlsx"))
    cells = {
        c for row in openpyxl.load_workbook(BytesIO(export.content)).active.values for c in row
    }
    assert world.own.asset_tag in cells
    assert not cells & set(secrets)


def test_the_same_technician_finds_her_own(world, here):
    text = here.get(reverse("classrooms:devices")).content.decode()
    assert world.own.asset_tag in text
    assert world.spare.asset_tag in text, "the workshop serves all"


def test_scanning_another_schools_label_tells_whom_to_call(world, here):
    response = here.get(reverse("classrooms:label", args=[world.foreign.label_token]))
    assert response.status_code == 200
    assert world.foreign.asset_tag not in response.content.decode()
    assert identify(world.technician, world.foreign.asset_tag) is None
    assert identify(world.technician, world.foreign.serial.lower()) is None
    label = f"https://ville.example/parc/e/{world.foreign.label_token}/"
    assert identify(world.technician, label) is None
    own = f"https://ville.example/parc/e/{world.own.label_token}/"
    assert identify(world.technician, own) == world.own


def test_the_api_answers_for_ones_own_schools(world, here):
    base = "/api/v1/classrooms"
    assert here.get(f"{base}/devices/{world.own.asset_tag}").status_code == 200
    assert here.get(f"{base}/devices/{world.foreign.asset_tag}").status_code == 404
    body = {"asset_tag": world.foreign.asset_tag, "kind": "screen"}
    sent = here.post(f"{base}/incidents", body, content_type="application/json")
    assert sent.status_code == 404
    assert Incident.objects.filter(device=world.foreign).count() == 1


def test_a_spare_does_not_tell_where_it_served_before(world):
    by = Actor(user=UserFactory(roles=[Role.IT_MANAGER]))
    actions.swap(by=by, incident=world.incident, spare=world.spare)
    returned = world.foreign
    seen = FleetEvent.objects.visible_to(world.technician).filter(device=returned)
    assert Device.objects.visible_to(world.technician).filter(pk=returned.pk).exists()
    assert not seen.exists()


#: How many of the two schools' things each person sees:
#: devices (8 in all), carts (2), incidents (1), open hand-outs (1), lines (2).
@pytest.mark.parametrize(
    ("role", "city", "expected"),
    [
        (Role.IT_MANAGER, True, (8, 2, 1, 1, 2)),
        (Role.ADMINISTRATOR, True, (8, 2, 1, 1, 2)),
        (Role.IT_TECHNICIAN, False, (4, 1, 0, 0, 1)),
        (Role.HEAD_TEACHER, False, (3, 1, 0, 0, 1)),
        (Role.TEACHER, False, (3, 1, 0, 0, 0)),
        (Role.CANTEEN_MANAGER, True, (0, 0, 0, 0, 0)),
        (Role.GUARDIAN, True, (0, 0, 0, 0, 0)),
        (Role.PUPIL, True, (0, 0, 0, 0, 0)),
    ],
)
def test_who_sees_how_much(world, role, city, expected):
    user = UserFactory(roles=[role if city else (role, world.ours.school.uai)])
    models = (Device, Cart, Incident, HandOut, InternetLine)
    assert tuple(m.objects.visible_to(user).count() for m in models) == expected


def test_a_teacher_sees_what_her_class_has_wherever_it_comes_from(world):
    teacher = UserFactory(roles=[(Role.TEACHER, world.ours.school.uai)])
    assert not Device.objects.visible_to(teacher).filter(pk=world.foreign.pk).exists()
    world.hand_out.class_group.teachers.add(teacher)
    assert Device.objects.visible_to(teacher).filter(pk=world.foreign.pk).exists()
    assert Cart.objects.visible_to(teacher).filter(pk=world.theirs.pk).exists()


def test_a_strangers_label_page_says_whom_to_call_and_nothing_else(world, client, settings):
    response = client.get(reverse("classrooms:label", args=[world.own.label_token]))
    text = response.content.decode()
    assert settings.FLEET_CONTACT_PHONE in text
    for secret in (world.own.asset_tag, world.own.serial, world.ours.school.name, world.ours.code):
        assert secret not in text
    cart = client.get(reverse("classrooms:label", args=[world.ours.label_token]))
    same = text.replace(world.own.label_token, world.ours.label_token)
    assert _plain(cart.content.decode()) == _plain(same), "a cart looks like a device"
    assert client.get(reverse("classrooms:label", args=["inconnu"])).status_code == 404


def _plain(page):
    """Return a page without the tokens that change with every answer."""
    return re.sub(r'(CSRFToken": |name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', "", page)


def test_a_label_takes_a_teacher_to_the_report_page(world, client):
    teacher = UserFactory(roles=[(Role.TEACHER, world.ours.school.uai)])
    sign_in_client(client, teacher)
    response = client.get(reverse("classrooms:label", args=[world.own.label_token]))
    assert response.url == reverse("classrooms:report_device", args=[world.own.asset_tag])
    refused = client.get(reverse("classrooms:device", args=[world.own.asset_tag]))
    assert refused.status_code == 403
