"""Nothing of one parent's address, telephone, e-mail or income reaches the other parent."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from core.accounts.roles import Role
from core.journal import Actor
from core.outbox import Message
from enrolment.registration.actions import agents, family
from families.actions.children import add_pickup_contact
from families.actions.income import check_income, declare_income
from families.actions.payers import set_payers
from families.models import IncomeFile
from families.rules import Share
from tests.factories.accounts import UserFactory
from tests.factories.families import HouseholdFactory, StreetFactory
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

SECRETS = {
    "street": "Impasse du Secret",
    "number": "7391",
    "phone": "06 66 77 88 99",
    "email": "mere.cachee@essai.example",
    "quotient": "4321",
    "complement": "Escalier Zanzibar",
    "pickup": "07 11 22 33 44",
    "words": "le soir chez ma tante rue Cachée",
}


#: Pages that know nothing of families, or sign one out.
ELSEWHERE = ("/static/", "/compte/logout", "/ecoles/?", "/api/docs")


@pytest.fixture
def parents():
    """Two parents apart: the mother's secrets are all over her own pages."""
    town = build_town()
    hidden = HouseholdFactory(
        street=StreetFactory(name=SECRETS["street"]),
        number=int(SECRETS["number"]),
        complement=SECRETS["complement"],
        is_protected=True,
    )
    mother = town.parent(
        phone=SECRETS["phone"], user=UserFactory(email=SECRETS["email"], roles=[Role.GUARDIAN])
    )
    mother.household = hidden
    mother.save()
    father = town.parent(given_name="Thomas")
    child = town.child(mother, father)
    by = Actor(mother.user)
    file = declare_income(by=by, household=hidden, quotient=int(SECRETS["quotient"]), proof=None)
    check_income(
        by=Actor(town.agent),
        file=file,
        quotient=int(SECRETS["quotient"]),
        source=IncomeFile.Source.CAF,
        valid_from=file.valid_from,
    )
    add_pickup_contact(
        by=by, guardian=mother, child=child, name="Tante", relation="", phone=SECRETS["pickup"]
    )
    set_payers(
        by=by,
        guardian=mother,
        child=child,
        mode="percentage",
        shares=[Share(mother.pk, 50), Share(father.pk, 50)],
        valid_from=file.declared_at.date(),
    )
    draft = town.draft(mother, child)
    family.choose_school(by=by, application=draft, school=town.other, explanation=SECRETS["words"])
    family.swear(by=by, application=draft, kind="domicile")
    made = family.submit(by=by, application=draft)
    agents.ask_proof(
        by=Actor(town.agent), application=made, kind="domicile", message=SECRETS["words"]
    )
    return town, mother, father, child, made


def crawl(client, start, limit=250):
    """Yield (address, text) of every page of ours that links lead to, breadth first."""
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


def test_everything_the_other_parent_reaches_holds_none_of_her_secrets(client, parents):
    _town, _mother, father, child, made = parents
    sign_in_client(client, father.user)
    start = [
        "/",
        "/famille/",
        reverse("families:child", args=[child.reference]),
        reverse("registration:application", args=[made.reference]),
        reverse("families:payers", args=[child.reference]),
        "/api/v1/families/me",
        "/api/v1/registrations/applications",
        f"/api/v1/registrations/applications/{made.reference}",
    ]
    pages = list(crawl(client, start))
    ok = [url for url, status, _text in pages if status == 200]
    assert len(ok) > 15
    assert reverse("registration:application", args=[made.reference]) in ok
    for url, _status, text in pages:
        for what, secret in SECRETS.items():
            assert secret not in text, f"{what} of the mother on {url}"


def test_nor_do_the_messages_he_receives(parents):
    _town, _mother, father, _child, _made = parents
    words = [f"{m.subject}\n{m.body}" for m in Message.objects.filter(recipient=father.user)]
    assert words
    for text in words:
        assert not any(secret in text for secret in SECRETS.values())


def test_her_own_pages_do_show_them(client, parents):
    _town, mother, _father, _child, made = parents
    sign_in_client(client, mother.user)
    home = client.get("/famille/").content.decode()
    mine = client.get(reverse("registration:application", args=[made.reference])).content.decode()
    assert SECRETS["street"] in home
    assert SECRETS["phone"] in home
    assert SECRETS["quotient"] in home
    assert SECRETS["number"] in mine
    assert SECRETS["words"] in mine


def test_he_cannot_open_her_household_by_hand(client, parents):
    _town, _mother, father, _child, made = parents
    sign_in_client(client, father.user)
    for url in (
        reverse("registration:step", args=[made.reference, "adresse"]),
        reverse("registration:sheet", args=[made.reference]),
        reverse("families:invite", args=[999999]),
    ):
        assert client.get(url).status_code in (302, 403, 404)
    assert (
        client.post(reverse("registration:application", args=[made.reference])).status_code == 404
    )
