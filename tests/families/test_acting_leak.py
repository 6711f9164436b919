"""Every page a helper reaches, crawled: within the scopes, and once the mandate has ended."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from core.journal import Actor
from families.actions import mandates
from families.actions.children import add_pickup_contact
from families.models import AssistedSession
from tests.factories.assisted import helper, signed
from tests.factories.families import HouseholdFactory, IncomeFileFactory, StreetFactory
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

#: What a family does not show with the rest: unless ticked, no page says it.
NARROW = {"quotient": r"4\s?321"}
#: What is the other parent's, and so nobody's here.
OTHERS = {"street": "Impasse du Secret", "phone": "06 66 77 88 99", "pickup": "07 11 22 33 44"}


@pytest.fixture
def family():
    """A mother with a quotient and a father apart, whose address and telephone are his."""
    town = build_town()
    town.mother = town.parent(given_name="Samira", family_name="Benali")
    town.father = town.parent(given_name="Thomas", family_name="Roux", phone=OTHERS["phone"])
    town.father.household = HouseholdFactory(street=StreetFactory(name=OTHERS["street"]))
    town.father.save()
    town.amel = town.child(town.mother, town.father, given_name="Amel")
    town.made = town.sent(town.mother, town.amel)
    IncomeFileFactory(household=town.mother.household, family_quotient=4321)
    add_pickup_contact(
        by=Actor(town.father.user),
        guardian=town.father,
        child=town.amel,
        name="Tante",
        relation="",
        phone=OTHERS["pickup"],
    )
    return town


def starts(town):
    return [
        "/",
        reverse("families:acting_home"),
        reverse("families:overview"),
        reverse("families:summary"),
        reverse("families:child", args=[town.amel.reference]),
        reverse("registration:mine"),
        reverse("registration:application", args=[town.made.reference]),
        reverse("canteen:home"),
        reverse("messages:list"),
        "/api/v1/families/me",
        "/api/v1/registrations/applications",
    ]


#: Pages that know nothing of families, or would sign one out.
ELSEWHERE = ("/static/", "/compte/", "/ecoles/", "/api/docs", "/courrier/", "/demo/")


def crawl(client, start, limit):
    """Yield (address, status, text) of every page of ours that links lead to, breadth first."""
    seen, waiting = set(), list(start)
    while waiting and len(seen) < limit:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        response = client.get(url)
        body = b"".join(response) if response.streaming else response.content
        text = body.decode(errors="replace")
        yield url, response.status_code, text
        if "text/html" in response.get("Content-Type", ""):
            links = re.findall(r'href="(/[^"#]*)', text)
            waiting += [h.replace("&amp;", "&") for h in links if not h.startswith(ELSEWHERE)]
        if response.get("Location", "").startswith("/"):
            waiting.append(response["Location"])


def visit(client, town):
    """Return what every page says, by address; never a page that ends the session."""
    return {url: (status, words) for url, status, words in crawl(client, starts(town), limit=120)}


def test_a_helper_reads_what_the_family_allowed_and_nothing_of_the_other_parent(family):
    person = helper()
    client = Client()
    sign_in_client(client, person)
    made = signed(family.mother, person)
    client.post(reverse("families:helping_begin", args=[made.public_id]))
    pages = visit(client, family)
    read = [url for url, (status, _words) in pages.items() if status == 200]
    assert len(read) > 12
    assert any("Amel" in words for _status, words in pages.values())
    for url, (_status, words) in pages.items():
        for what, secret in {**NARROW, **OTHERS}.items():
            assert not re.search(secret, words.replace("\u00a0", " ")), f"{what} on {url}"
        assert "Payer en ligne" not in words
    assert not AssistedSession.objects.get().ended_at


def test_once_the_mandate_has_ended_no_page_knows_the_family(family):
    person = helper()
    client = Client()
    sign_in_client(client, person)
    made = signed(family.mother, person)
    client.post(reverse("families:helping_begin", args=[made.public_id]))
    client.get(reverse("families:overview"))
    mandates.stop_mandate(by=Actor(family.mother.user), mandate=made)
    names = ("Amel", "Benali", family.mother.household.reference, family.made.reference)
    for url, (status, words) in visit(client, family).items():
        known = [name for name in names if name in words and name not in url]
        assert not known, f"{known} on {url} ({status})"
