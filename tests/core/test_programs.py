"""A program that asks for a page is told what is wrong in the words of the API."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from core.accounts.roles import Role
from core.errors import RuleBroken
from core.middleware import DefaultDenyMiddleware
from tests.factories.accounts import UserFactory
from tests.people import sign_in_client

AS_JSON = {"Accept": "application/json"}


@pytest.mark.django_db
def test_a_program_reads_why_a_page_stays_shut_and_a_browser_sees_it(client):
    sign_in_client(client, UserFactory(roles=[Role.GUARDIAN]))
    page = reverse("classrooms:devices")
    refused = client.get(page, headers=AS_JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    missing = client.get("/rien/", headers=AS_JSON)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    both = client.get(page, headers={"Accept": "text/html,application/json;q=0.5"})
    assert both.status_code == 403
    assert "<h1" in both.content.decode()


def test_a_broken_rule_keeps_its_own_code_and_sentence():
    request = RequestFactory().post("/", headers=AS_JSON)
    guard = DefaultDenyMiddleware(lambda _request: HttpResponse())
    told = guard.process_exception(request, RuleBroken("too_late", "C’est trop tard.", "day"))
    assert told.status_code == 409
    assert b"too_late" in told.content
