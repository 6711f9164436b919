"""The fleet through the API: management servers, partners, teachers."""

import datetime as dt

import pytest

from classrooms.models import Incident
from core import clock
from core.accounts.roles import Role
from core.journal import SYSTEM
from core.partners import issue
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
BASE = "/api/v1/classrooms"
JSON = "application/json"


@pytest.fixture
def cart():
    return CartFactory(filled=5)


@pytest.fixture
def partner():
    def make(*scopes):
        issued = issue(
            by=SYSTEM,
            name="MDM",
            scopes=list(scopes),
            role=Role.IT_MANAGER,
            expires_at=clock.now() + dt.timedelta(days=1),
        )
        return {"authorization": f"Bearer {issued.secret}"}

    return make


def test_a_partner_pages_through_all_devices(client, cart, partner):
    headers = partner("fleet:read")
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"{BASE}/devices", query, headers=headers).json()
        seen += [device["asset_tag"] for device in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(cart.devices.values_list("asset_tag", flat=True))


def test_a_partner_reports_a_fault_of_a_device(client, cart, partner):
    tag = cart.devices.get(slot=3).asset_tag
    body = {"asset_tag": tag, "kind": "power"}
    url = f"{BASE}/incidents"
    assert (
        client.post(url, body, content_type=JSON, headers=partner("fleet:read")).status_code == 403
    )
    sent = client.post(url, body, content_type=JSON, headers=partner("fleet:write"))
    assert sent.status_code == 201
    assert (
        client.get(url, headers=partner("fleet:read")).json()["items"][0]["id"] == sent.json()["id"]
    )


def test_reading_is_not_writing(client, cart, partner):
    tag = cart.devices.get(slot=1).asset_tag
    body = {"seen_at": clock.now().isoformat()}
    sent = client.put(
        f"{BASE}/devices/{tag}/last-seen", body, content_type=JSON, headers=partner("fleet:read")
    )
    assert sent.status_code == 403


def test_a_sighting_is_noted_once(client, cart, partner):
    device = cart.devices.get(slot=1)
    url = f"{BASE}/devices/{device.serial}/last-seen"
    body = {"seen_at": clock.now().isoformat(), "os_version": "15", "battery_percent": 64}
    headers = partner("fleet:write") | {"idempotency-key": "mdm-1"}
    first = client.put(url, body, content_type=JSON, headers=headers)
    assert first.json()["updated"] is True
    again = client.put(url, body, content_type=JSON, headers=headers)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    device.refresh_from_db()
    assert (device.os_version, device.battery_percent) == ("15", 64)


@pytest.mark.parametrize(
    "body",
    [
        {"seen_at": "2999-01-01T00:00:00Z"},
        {"seen_at": "2026-01-01T00:00:00"},
        {"seen_at": "2026-01-01T00:00:00Z", "battery_percent": 101},
        {},
    ],
)
def test_a_sighting_that_makes_no_sense_is_refused(client, cart, partner, body):
    url = f"{BASE}/devices/{cart.devices.get(slot=1).asset_tag}/last-seen"
    sent = client.put(url, body, content_type=JSON, headers=partner("fleet:write"))
    assert sent.status_code in (409, 422)


def test_a_teacher_reports_through_the_api(client, cart):
    teacher = UserFactory(roles=[(Role.TEACHER, cart.school.uai)])
    sign_in_client(client, teacher)
    body = {"asset_tag": cart.devices.get(slot=2).asset_tag, "kind": "screen"}
    first = client.post(f"{BASE}/incidents", body, content_type=JSON)
    again = client.post(f"{BASE}/incidents", body, content_type=JSON)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Incident.objects.get().reporter == teacher
    wrong = client.post(f"{BASE}/incidents", body | {"kind": "?"}, content_type=JSON)
    assert wrong.status_code == 422
