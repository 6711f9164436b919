"""Collections for programs: people by their rights, partners for the city's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from core import clock
from core.accounts.roles import Role
from core.journal import SYSTEM
from core.partners import issue
from resources.curation.models import Collection
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory
from tests.factories.schools import SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/collections/"


def partner(*scopes: str) -> dict[str, str]:
    issued = issue(
        by=SYSTEM, name="Essai", scopes=scopes, expires_at=clock.now() + dt.timedelta(days=1)
    )
    return {"authorization": f"Bearer {issued.secret}"}


def send(client: Client, method: str, url: str, body: Any = None, **more: Any) -> Any:
    return getattr(client, method)(url, body, content_type="application/json", **more)


def test_a_teacher_keeps_collections_by_program(client: Client) -> None:
    school = SchoolFactory()
    teacher = UserFactory(roles=[(Role.TEACHER, school.uai)])
    colleague = UserFactory(roles=[(Role.TEACHER, school.uai)])
    sign_in_client(client, teacher)
    body = {"title": "Fractions", "reach": "school", "school": school.uai}
    key = {"Idempotency-Key": "une-fois"}
    made = send(client, "post", URL, body, headers=key)
    assert made.status_code == 201
    assert send(client, "post", URL, body, headers=key).json()["id"] == made.json()["id"]
    one = f"{URL}{made.json()['id']}"
    names = [ResourceFactory(title=f"R{number}").identifier for number in range(3)]
    closed = ResourceFactory(state="withdrawn").identifier
    for name in names:
        answer = send(client, "post", f"{one}/items", {"resource": name, "note": f"n {name}"})
        assert answer.status_code == 200
    assert send(client, "post", f"{one}/items", {"resource": closed}).status_code == 404
    order = [names[2], names[0], names[1]]
    answer = send(client, "put", f"{one}/order", {"resources": order})
    assert [item["resource"] for item in answer.json()["items"]] == order
    refused = send(client, "put", f"{one}/order", {"resources": names[:2]})
    assert (refused.status_code, refused.json()["code"]) == (409, "order")
    assert client.delete(f"{one}/items/{names[0]}").status_code == 204
    ResourceFactory._meta.model.objects.filter(identifier=names[1]).update(state="withdrawn")
    shown = client.get(one).json()
    assert (shown["count"], [item["number"] for item in shown["items"]]) == (1, [1])
    assert send(client, "post", URL, {"title": "X", "reach": "city"}).status_code == 409
    sign_in_client(client, colleague)
    assert client.get(one).status_code == 200
    assert send(client, "put", one, body).status_code == 404
    assert client.delete(one).status_code == 404
    sign_in_client(client, teacher)
    private = send(client, "put", one, {"title": "À moi"}).json()
    assert (private["reach"], private["school"]) == ("private", None)
    sign_in_client(client, colleague)
    assert client.get(one).status_code == 404
    sign_in_client(client, teacher)
    assert client.delete(one).status_code == 204
    assert Collection.objects.get().deleted_at is not None
    sign_in_client(client, PupilAccountFactory().user)
    assert client.get(URL).status_code == 403


def test_a_partner_reads_and_keeps_the_citys_only(client: Client) -> None:
    editor = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    Collection.objects.create(title="Privée", owner=editor)
    both = partner("collections:read", "collections:write")
    made = send(client, "post", URL, {"title": "Semaine du climat", "reach": "city"}, headers=both)
    assert made.status_code == 201
    one = f"{URL}{made.json()['id']}"
    reserved = ResourceFactory()
    reserved.schools.set([SchoolFactory()])
    for name, status in ((ResourceFactory().identifier, 200), (reserved.identifier, 404)):
        answer = send(client, "post", f"{one}/items", {"resource": name}, headers=both)
        assert answer.status_code == status
    listed = client.get(URL, headers=both).json()["items"]
    assert [(row["title"], row["count"]) for row in listed] == [("Semaine du climat", 1)]
    assert send(client, "post", URL, {"title": "P"}, headers=both).status_code == 409
    reading = partner("collections:read")
    assert client.get(one, headers=reading).status_code == 200
    assert client.delete(one, headers=reading).status_code == 403
