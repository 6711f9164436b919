"""The API's door: who, how often, once; and one shape of problems."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from ninja import NinjaAPI, Router, Schema, Status

from core import clock, partners
from core.access import ANYONE, SIGNED_IN, rule_for_foreign
from core.accounts.models import User
from core.accounts.roles import Role
from core.api import (
    FairUse,
    PartnerAuth,
    PersonAuth,
    actor_of,
    allow_api,
    close_unruled,
    idempotent,
    operations_of,
)
from core.errors import RuleBroken
from core.faults import answer_problems
from core.journal import SYSTEM, JournalEntry, record
from core.paging import Page, paginate
from core.partners import IdempotencyRecord, PartnerToken
from tests.factories.accounts import UserFactory
from tests.factories.partners import partner_headers
from tests.together import at_once

router = Router()


class Note(Schema):
    text: str
    weight: int = 1


class Person(Schema):
    given_name: str


@router.post("/notes", response={201: Note})
@allow_api(Role.ENROLMENT_AGENT, scope="test:write")
@idempotent
def write(request: HttpRequest, body: Note):
    if body.text == "no":
        raise RuleBroken("no", "Non, c’est non.", "text")
    record(actor_of(request), "note.write", request.user, text=body.weight)
    return Status(201, body)


@router.get("/people", response=Page[Person])
@allow_api(SIGNED_IN, scope="test:read")
def people(request: HttpRequest):
    return paginate(User.objects.all(), request, order=("-given_name",))


@router.get("/open", auth=None)
@allow_api(ANYONE, scope="")
def open_to_all(request: HttpRequest):
    return {"ok": True}


@router.get("/forgotten", auth=None)
def forgotten(request: HttpRequest):
    return {"secret": True}


@router.get("/broken")
@allow_api(SIGNED_IN, scope="test:read")
def broken(request: HttpRequest):
    raise ZeroDivisionError


api = NinjaAPI(urls_namespace="testapi", auth=[PartnerAuth(), PersonAuth()], throttle=[FairUse()])
answer_problems(api)
api.add_router("", router)
close_unruled(api)
rule_for_foreign("testapi:", ANYONE)
urlpatterns = [path("api/v1/", api.urls)]

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.test_api")]
NOTES = "/api/v1/notes"


def post(client, body, headers=None, **more):
    return client.post(
        NOTES, json.dumps(body), content_type="application/json", headers=headers or {}, **more
    )


def test_a_visitor_hears_401_in_json_and_no_redirect(client):
    for answer in (client.get("/api/v1/people"), post(client, {"text": "a"})):
        assert answer.status_code == 401
        assert answer.json()["code"] == "sign_in"
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_address_and_a_wrong_method_answer_json(client):
    assert client.get("/api/v1/nothing").json()["code"] == "not_found"
    assert client.put("/api/v1/people").json()["code"] == "method"


def test_an_operation_without_rule_is_closed(client):
    assert client.get("/api/v1/forgotten").status_code == 403
    assert client.get("/api/v1/open").json() == {"ok": True}
    unruled = [o.view_func for o in operations_of(api) if not hasattr(o.view_func, "access_rule")]
    assert unruled == [forgotten]


def test_a_person_acts_by_session_with_the_csrf_token():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory(roles=[Role.ENROLMENT_AGENT]))
    assert post(strict, {"text": "a"}).status_code == 403
    strict.cookies["csrftoken"] = "a" * 32
    assert post(strict, {"text": "a"}, {"X-CSRFToken": "a" * 32}).status_code == 201


def test_a_person_without_the_role_is_refused(client):
    client.force_login(UserFactory(roles=[Role.GUARDIAN]))
    assert post(client, {"text": "a"}).json() == {
        "code": "forbidden",
        "message": "Vous n’avez pas accès à cela.",
        "field": None,
    }


def test_a_partner_acts_by_scope_and_is_named_in_the_journal(client):
    headers = partner_headers("test:write")
    assert post(client, {"text": "a"}, headers).status_code == 201
    entry = JournalEntry.objects.get(verb="note.write")
    token = PartnerToken.objects.get()
    assert entry.via == f"api:{token.prefix}"
    assert entry.actor == token.account
    assert client.get("/api/v1/people", headers=headers).status_code == 403
    assert client.get("/api/v1/people", headers=partner_headers("test:read")).status_code == 200


def test_a_token_is_kept_hashed_ends_and_can_be_revoked(client):
    headers = partner_headers("test:read")
    secret = headers["Authorization"].removeprefix("Bearer ")
    token = PartnerToken.objects.get()
    assert secret not in str(PartnerToken.objects.values().get())
    assert secret.startswith(f"escale_{token.prefix}_")
    assert client.get("/api/v1/people", headers=headers).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None
    with time_machine.travel(clock.now() + dt.timedelta(days=31)):
        assert client.get("/api/v1/people", headers=headers).status_code == 401
    partners.revoke(by=SYSTEM, token=token)
    partners.revoke(by=SYSTEM, token=token)
    assert client.get("/api/v1/people", headers=headers).status_code == 401
    assert JournalEntry.objects.filter(verb="partner_token.revoke").count() == 1


def test_calls_run_out_and_say_when_to_come_back(client, settings):
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "token": (2, 86_400)}
    headers = partner_headers("test:read")
    codes = [client.get("/api/v1/people", headers=headers).status_code for _ in range(3)]
    refused = client.get("/api/v1/people", headers=headers)
    assert codes == [200, 200, 429]
    assert 0 < int(refused["Retry-After"]) <= 86_400
    assert refused.json()["code"] == "too_many"
    other = partner_headers("test:read")
    assert client.get("/api/v1/people", headers=other).status_code == 200


def test_guessing_tokens_runs_out(client, settings):
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "wrong_token": (3, 86_400)}
    codes = [
        client.get("/api/v1/people", headers={"Authorization": f"Bearer escale_{n}"}).status_code
        for n in range(4)
    ]
    assert codes == [401, 401, 401, 429]


def test_problems_have_one_shape(client):
    headers = partner_headers("test:write", "test:read")
    assert post(client, {"text": "no"}, headers).json() == {
        "code": "no",
        "message": "Non, c’est non.",
        "field": "text",
    }
    wrong = post(client, {"text": "a", "weight": "heavy"}, headers)
    assert wrong.status_code == 422
    assert wrong.json()["field"] == "body.weight" or wrong.json()["field"] == "weight"
    assert "heavy" not in wrong.content.decode(), "what was sent may be personal"
    garbage = client.post(NOTES, "{", content_type="application/json", headers=headers)
    assert garbage.status_code == 400
    assert set(garbage.json()) == {"code", "message", "field"}
    client.raise_request_exception = False
    fault = client.get("/api/v1/broken", headers=headers)
    assert (fault.status_code, fault.json()["code"]) == (500, "fault")


def test_the_same_key_gives_the_same_answer_once(client):
    headers = {**partner_headers("test:write"), "Idempotency-Key": "k-1"}
    first = post(client, {"text": "a"}, headers)
    second = post(client, {"text": "a"}, headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert JournalEntry.objects.filter(verb="note.write").count() == 1
    other = post(client, {"text": "b"}, headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    stranger = {**partner_headers("test:write"), "Idempotency-Key": "k-1"}
    assert post(client, {"text": "b"}, stranger).status_code == 201, "keys are each caller's own"


def test_a_refused_write_frees_its_key(client):
    headers = {**partner_headers("test:write"), "Idempotency-Key": "k-2"}
    assert post(client, {"text": "no"}, headers).status_code == 409
    assert not IdempotencyRecord.objects.exists()
    assert post(client, {"text": "yes"}, headers).status_code == 201


def test_a_silly_key_is_refused(client):
    headers = {**partner_headers("test:write"), "Idempotency-Key": "x" * 200}
    assert post(client, {"text": "a"}, headers).json()["code"] == "idempotency_key"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_time_writes_once():
    headers = {**partner_headers("test:write"), "Idempotency-Key": "k-3"}

    answers = at_once(4, lambda _number: post(Client(), {"text": "a"}, headers))
    assert [a.status_code for a in answers] == [201] * 4
    assert sum("Idempotency-Replayed" in a for a in answers) == 3
    assert JournalEntry.objects.filter(verb="note.write").count() == 1


def test_pages_follow_each_other_without_repeat_or_gap(client, django_assert_max_num_queries):
    names = ["Zoé", "Ana", "Ana", "Ana", "Bob", "Eve", "Eve"]
    for name in names:
        UserFactory(given_name=name)
    headers = partner_headers("test:read", name="Milo")
    seen, cursor, pages = [], "", 0
    while True:
        page = client.get(f"/api/v1/people?limit=3&cursor={cursor}", headers=headers).json()
        seen += [person["given_name"] for person in page["items"]]
        pages += 1
        if pages == 1:
            UserFactory(given_name="Zzz")  # comes before the cursor: must move nothing
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == sorted([*names, "Milo"], reverse=True)
    assert pages == 3


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("cursor=%%%", "cursor"),
        ("cursor=WzFd", "cursor"),
        ("cursor=W251bGwsbnVsbF0", "cursor"),
        ("cursor=W3t9LCJ4Il0", "cursor"),
    ],
)
def test_nonsense_pages_are_refused(client, query, code):
    answer = client.get(f"/api/v1/people?{query}", headers=partner_headers("test:read"))
    assert (answer.status_code, answer.json()["code"]) == (409, code)
