"""A native application sends its scans through the API, as often as the network wants."""

import uuid

import pytest

from classrooms.audits.models import Scan
from core.accounts.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.classrooms import CartFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
BASE, JSON = "/api/v1/fleet-audits", "application/json"


def test_scans_are_sent_again_without_harm_and_never_to_anothers_count(client):
    cart, theirs = CartFactory(filled=2), CartFactory(filled=1)
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, cart.school.uai)]))
    assert client.post(BASE, {"cart": theirs.code}, content_type=JSON).status_code == 404
    uai = {"school_uai": theirs.school.uai}
    assert client.post(BASE, uai, content_type=JSON).status_code == 404
    opened = client.post(BASE, {"cart": cart.code}, content_type=JSON)
    assert opened.status_code == 201
    assert client.post(BASE, {"cart": cart.code}, content_type=JSON).status_code == 200
    url = f"{BASE}/{opened.json()['id']}"
    device, foreign = cart.devices.get(slot=1), theirs.devices.get(slot=1)
    first, second = (str(uuid.uuid4()) for _ in range(2))
    acts = [
        {"scan": first, "n": 1, "text": device.serial, "via": "api"},
        {"scan": second, "n": 2, "text": foreign.asset_tag},
    ]
    for _ in range(2):
        told = client.post(f"{url}/acts", {"acts": acts}, content_type=JSON).json()
    assert [answer["result"] for answer in told["answers"]] == ["here", "unknown"]
    assert told["audit"]["seen"] == [device.asset_tag]
    assert told["audit"] == client.get(url).json()
    assert Scan.objects.count() == 2
    sign_in_client(client, UserFactory(roles=[(Role.IT_TECHNICIAN, theirs.school.uai)]))
    assert client.get(url).status_code == 404
    assert client.post(f"{url}/acts", {"acts": acts}, content_type=JSON).status_code == 404
