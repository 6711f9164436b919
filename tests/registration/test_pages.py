"""Lists with a constant number of queries, filters, and who meets which page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from enrolment.registration.models import Application, Certificate
from enrolment.schools.models import StreetSegment
from tests.factories.partners import partner_headers
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def count_queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("agent", "registration:queue"),
        ("agent", "registration:waivers"),
        ("head", "registration:admissions"),
        ("agent", "schools:segments"),
        ("head", "schools:my_roll"),
        ("agent", "families:income_queue"),
    ],
)
def test_lists_ask_the_same_number_of_questions_whatever_their_length(client, town, who, url):
    sign_in_client(client, getattr(town, who))
    make = town.accepted if who == "head" else town.sent
    make()
    count_queries(client, reverse(url))
    few = count_queries(client, reverse(url))
    for _ in range(6):
        make()
    assert count_queries(client, reverse(url)) == few


def test_an_act_opened_as_a_page_leads_back_to_the_sheet(client, town):
    sign_in_client(client, town.agent)
    made = town.sent()
    answer = client.get(reverse("registration:decide", args=[made.reference, "refuser"]))
    assert answer["Location"] == reverse("registration:sheet", args=[made.reference])


def test_the_family_page_asks_the_same_whatever_the_children(client, town):
    parent = town.parent()
    sign_in_client(client, parent.user)
    town.sent(parent, town.child(parent))
    count_queries(client, "/famille/")
    few = count_queries(client, "/famille/")
    for _ in range(4):
        town.sent(parent, town.child(parent))
    assert count_queries(client, "/famille/") == few


def test_the_queue_filters_and_puts_the_oldest_first(client, town):
    old, new, done = town.sent(), town.sent(), town.accepted()
    Application.objects.filter(pk=old.pk).update(submitted_at=clock.at(town.year.starts_on, 8))
    sign_in_client(client, town.agent)
    text = client.get(reverse("registration:queue")).content.decode()
    assert text.index(old.reference) < text.index(new.reference)
    assert done.reference not in text
    url = reverse("registration:queue")
    assert done.reference in client.get(url, {"etat": "accepted"}).content.decode()
    found = client.get(url, {"etat": "toutes", "q": old.reference}).content.decode()
    assert old.reference in found
    assert new.reference not in found


def test_the_queue_finds_a_child_however_the_name_is_typed(client, town):
    sought, other = town.sent(), town.sent()
    child = sought.child
    child.given_name, child.family_name = "Hélène", "Fréjus-Mahé"
    child.save()
    sign_in_client(client, town.agent)
    for typed in ("helene", "Héléne FREJUS", "frejus mahe"):
        found = client.get(reverse("registration:queue"), {"q": typed}).content.decode()
        assert sought.reference in found, typed
        assert other.reference not in found, typed


def test_a_bad_decision_shows_the_sheet_again_and_changes_nothing(client, town):
    made = town.sent()
    sign_in_client(client, town.agent)
    url = reverse("registration:decide", args=[made.reference, "demander"])
    answer = client.post(url, {"kind": "domicile", "message": ""})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "submitted"


def test_a_code_is_checked_by_anybody_and_only_so_often(client, town):
    town.accepted()
    code = Certificate.objects.get().code
    url = reverse("registration:verify")
    page = client.get(url, {"code": code}).content.decode()
    assert "authentique" in page
    assert Certificate.objects.get().child_name not in page
    for _ in range(29):
        assert client.get(url, {"code": "faux"}).status_code == 200
    assert client.get(url, {"code": code}).status_code == 429


def test_the_head_of_another_school_sees_neither_application_nor_certificate(client, town):
    made = town.accepted()
    from tests.factories.accounts import UserFactory

    stranger = UserFactory(roles=[("head_teacher", town.other.uai)])
    sign_in_client(client, stranger)
    for name in ("admission", "certificate"):
        url = reverse(f"registration:{name}", args=[made.reference])
        assert client.get(url).status_code == 404


def test_a_partner_reads_applications_by_status_and_checks_codes(client, town):
    made = town.accepted()
    town.sent()
    headers = partner_headers("registrations:read", role="enrolment_agent")
    body = client.get("/api/v1/registrations/applications?state=accepted", headers=headers).json()
    assert [item["reference"] for item in body["items"]] == [made.reference]
    assert body["items"][0]["school"] == town.school.uai
    assert "address" not in body["items"][0]
    verify = partner_headers("certificates:read")
    code = Certificate.objects.get().code
    url = "/api/v1/registrations/certificates/"
    assert client.get(url + code, headers=verify).json()["valid"] is True
    assert client.get(url + "AAAA", headers=verify).json() == {
        "valid": False,
        "name": None,
        "school": None,
        "school_year": None,
        "level": None,
        "issued_at": None,
    }
    assert client.get(url + code, headers=headers).status_code == 403


def test_the_school_of_an_address_is_public_and_in_the_api(client, town):
    page = client.get(
        reverse("schools:lookup"), {"street_query": "rue des tamaris", "number": "12 bis"}
    )
    assert town.school.name in page.content.decode()
    headers = partner_headers("schools:read")
    url = "/api/v1/schools/catchment"
    query = {"street": town.street.code, "number": 12, "level": "CP"}
    body = client.get(url, query, headers=headers).json()
    assert (body["outcome"], body["schools"][0]["uai"]) == ("found", town.school.uai)
    StreetSegment.objects.all().delete()
    assert client.get(url, query, headers=headers).json()["outcome"] == "none"


def test_a_town_can_be_built_twice():
    assert build_town().school != build_town().school


def test_home_invites_to_ask_for_a_school_until_it_is_asked(town, client):
    mother = town.parent()
    child = town.child(mother, given_name="Amel")
    client.force_login(mother.user)
    assert "Amel n’a pas encore d’école" in client.get("/").content.decode()
    client.post("/inscriptions/nouvelle/", {"child": child.reference})
    page = client.get("/").content.decode()
    assert "pas encore d’école" not in page
    assert "Inscription pour Amel" in page
