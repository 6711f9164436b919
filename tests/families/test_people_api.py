"""The API says and takes what the pages do, and hides what they hide."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from core.journal import Actor
from families.actions.children import add_pickup_contact
from families.models import HomeAddress, PhotoAnswer, PickupContact
from tests.factories.families import StreetFactory
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/families"


@pytest.fixture
def family():
    town = build_town()
    mother, father = town.parent(), town.parent(given_name="Karim")
    child = town.child(mother, father, given_name="Amel")
    RollEntryFactory(child=child, class_group=town.group, level="CP")
    add_pickup_contact(
        by=Actor(mother.user),
        guardian=mother,
        child=child,
        name="Voisine",
        relation="",
        phone="06 50 60 70 80",
    )
    return town, mother, father, child


def send(client, method, path, body):
    return getattr(client, method)(f"{ROOT}{path}", body, content_type="application/json")


def test_care_hides_the_other_parents_telephones(client, family):
    _town, mother, father, child = family
    for user, phone in ((mother.user, "06 50 60 70 80"), (father.user, None)):
        sign_in_client(client, user)
        care = client.get(f"{ROOT}/children/{child.reference}/care").json()
        assert [(c["name"], c["phone"]) for c in care["pickup_contacts"]] == [("Voisine", phone)]
        assert len(care["collected_by"]) == 2


def test_contacts_are_added_once_and_ended(client, family):
    town, mother, _father, child = family
    sign_in_client(client, mother.user)
    for kind in ("pickup", "emergency"):
        path = f"/children/{child.reference}/{kind}-contacts"
        body = {"name": "Mamie", "phone": "06 11 22 33 44"}
        first, again = (send(client, "post", path, body) for _ in range(2))
        assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
        assert send(client, "post", path, {"name": "X", "phone": "abc"}).status_code == 422
        assert client.delete(f"{ROOT}{path}/{first.json()['id']}").status_code == 204
    sign_in_client(client, town.parent().user)
    pk = PickupContact.objects.get(name="Voisine").pk
    path = f"{ROOT}/children/{child.reference}/pickup-contacts/{pk}"
    assert client.delete(path).status_code == 404
    assert PickupContact.objects.get(pk=pk).ends_on is None


def test_pictures_and_allergies(client, family):
    _town, mother, _father, child = family
    sign_in_client(client, mother.user)
    path = f"/children/{child.reference}"
    said = send(client, "put", f"{path}/photo-answers", {"class": True, "press": False}).json()
    assert {line["use"]: (line["verdict"], line["mine"]) for line in said} == {
        "class": ("yes", True),
        "city_web": ("waiting", None),
        "press": ("no", False),
    }
    assert PhotoAnswer.objects.count() == 2
    told = send(client, "put", f"{path}/allergies", {"allergens": ["milk"]}).json()
    assert told["told_allergens"] == ["milk"]
    wrong = send(client, "put", f"{path}/allergies", {"allergens": ["kryptonite"]})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "allergens")


def test_a_move_asks_and_a_move_to_come_waits(client, family):
    _town, mother, _father, child = family
    HomeAddress.objects.create(
        household=mother.household, starts_on=dt.date(2020, 1, 1), applied_at=clock.now()
    )
    sign_in_client(client, mother.user)
    street = StreetFactory(name="Quai Neuf")
    body = {"street": street.code, "number": 4, "starts_on": clock.today().isoformat()}
    now = send(client, "post", "/me/moves", body).json()
    assert now["address"][0] == "4 Quai Neuf"
    assert (now["in_force"], now["asked"]) == (True, [child.reference])
    later = clock.today() + dt.timedelta(days=20)
    then = send(client, "post", "/me/moves", {**body, "number": 9, "starts_on": str(later)}).json()
    assert (then["in_force"], then["asked"]) == (False, [])
    refused = send(client, "post", "/me/moves", {**body, "street": "NULLE"})
    assert refused.json()["field"] == "street"
