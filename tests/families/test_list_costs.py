"""Every list costs the same number of questions to the database, however long it grows."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, documents, journal, outbox
from core.accounts.roles import Role
from core.documents import Document
from core.journal import Actor
from core.outbox import Message
from core.rights.models import RightsRequest
from enrolment.registration.actions import departures
from enrolment.registration.actions.family import choose_school, submit
from enrolment.schools.models import StreetSegment
from families.actions import mandates, notes, situations
from families.actions.children import add_pickup_contact
from families.actions.court import record_ruling
from families.actions.duplicates import find_duplicates
from families.actions.income import declare_income
from families.actions.invitations import invite
from families.actions.objections import object_to
from families.desk.index import catch_up_all
from families.models import ChildClaim, HomeAddress, SchoolQuestion
from tests.factories.accounts import UserFactory
from tests.factories.assisted import draft, helper, signed
from tests.factories.families import GuardianFactory, GuardianshipFactory, StreetFactory
from tests.factories.partners import partner_headers
from tests.factories.payments import InvoiceFactory, TermsFactory
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

_count = itertools.count(1)


@dataclass
class World:
    """A town, one mother whose file grows, and everybody who reads lists."""

    town: Any
    mother: Any
    father: Any
    child: Any
    readers: dict[str, Any]


@pytest.fixture
def world():
    town = build_town()
    TermsFactory()
    mother, father = town.parent(), town.parent()
    child = town.child(mother, father)
    readers = {
        "agent": town.agent,
        "head": town.head,
        "mother": mother.user,
        "helper": helper(),
        "administrator": UserFactory(roles=[Role.ADMINISTRATOR]),
        "revenue": UserFactory(roles=[Role.REVENUE_OFFICER]),
    }
    return World(town, mother, father, child, readers)


def paper(by: Actor, kind: str) -> Any:
    return documents.store_bytes(
        b"une page", by=by, kind=kind, filename="p.pdf", content_type="application/pdf"
    )


def grow(world: World) -> None:
    """One more family in the town, one more of everything in the mother's file."""
    town, number = world.town, next(_count)
    mother = town.parent(family_name="Isnard", given_name=f"Ana{number}")
    father = town.parent(family_name="Isnard", given_name=f"Paul{number}")
    for one, two in ((mother, father), (world.mother, world.father)):
        child = town.child(one, two, family_name="Isnard")
        RollEntryFactory(child=child, class_group=town.group, school=town.school, level="CP")
        _quarrel(town, one, two, child)
        _file(world, one, child, number)
    town.accepted(parent=mother)
    asked = town.draft(mother, town.child(mother))
    by = Actor(mother.user)
    choose_school(by=by, application=asked, school=town.other, motive="work", explanation="Loin.")
    submit(by=by, application=asked)
    StreetSegment.objects.create(
        school_year=town.year, school=town.other, street=StreetFactory(name=f"Rue {number}")
    )
    partner_headers("schools:read", name=f"Cantine {number}")
    twin = GuardianFactory(
        given_name=mother.given_name, family_name="Isnard", user=None, phone=mother.phone
    )
    GuardianshipFactory(guardian=twin, child=child)
    find_duplicates()
    catch_up_all()


def _quarrel(town: Any, one: Any, two: Any, child: Any) -> None:
    by, agent = Actor(one.user), Actor(town.agent)
    departures.ask_to_leave(
        by=by,
        guardian=one,
        child=child,
        leaves_on=clock.today() + dt.timedelta(days=9),
        destination="abroad",
    )
    object_to(by=Actor(two.user), guardian=two, child=child, act="waiver", text="Non.")
    record_ruling(
        by=agent,
        child=child,
        court="JAF",
        decided_on=clock.today(),
        document=paper(agent, "families.ruling"),
        starts_on=clock.today(),
    )
    situations.report_situation(by=by, guardian=one, child=child, kind="other", words="")


def _file(world: World, one: Any, child: Any, number: int) -> None:
    town, by = world.town, Actor(one.user)
    ChildClaim.objects.create(
        reference=f"LIEN-{number}-{one.pk}",
        guardian=one,
        given_name="A",
        family_name="B",
        birth_date=child.birth_date,
        kind="father",
        state=ChildClaim.WAITING if one != world.mother else ChildClaim.WITHDRAWN,
    )
    day = clock.today() - dt.timedelta(days=number)
    address = HomeAddress.objects.filter(household=one.household, starts_on=day).first()
    address = address or HomeAddress.objects.create(
        household=one.household, starts_on=day, applied_at=clock.now(), street_text="1 rue"
    )
    SchoolQuestion.objects.create(child=child, address=address, answer="leaves")
    invited = GuardianFactory(user=None, household=one.household)
    GuardianshipFactory(guardian=invited, child=child)
    invite(by=by, guardian=invited, email=f"invite{invited.pk}@essai.example")
    add_pickup_contact(
        by=by, guardian=one, child=child, name="Tante", relation="", phone="0611223344"
    )
    if one == world.mother:
        signed(one, helper(given_name=f"Aide{number}"))
    else:
        signed(one, world.readers["helper"])
        made = draft(one, helper(), signature="paper")
        mandates.file_scan(by=by, mandate=made, scan=paper(by, "families.mandate"))
    declare_income(by=by, household=one.household, quotient=400 + number, proof=None)
    notes.write_note(
        by=Actor(town.agent), household=one.household, body="Rappeler", visibility="agents"
    )
    RightsRequest.objects.create(
        user=one.user,
        kind="rectification",
        state=RightsRequest.OPEN if one != world.mother else RightsRequest.DONE,
        due_on=clock.today(),
        answered_at=None if one != world.mother else clock.now(),
    )
    kept = paper(by, "registration.proof")
    journal.record_read(Actor(town.agent), "custody", child, reason="family_question")
    sent = outbox.queue_words(
        kind="registration_submitted", subject="À vous", body="Bon.", language="fr", to=one.user
    )
    Message.objects.filter(pk=sent.pk).update(state=Message.FAILED, attempts=3)
    Document.objects.filter(pk=kept.pk).update(kept_until=clock.today())
    InvoiceFactory(payer=one, due_on=clock.today() - dt.timedelta(days=3))
    session = SessionStore()
    session["_auth_user_id"] = str(one.user.pk)
    session.create()
    UserSession.objects.create(
        user=one.user, session_key=session.session_key, ip="192.0.2.1", user_agent="Firefox"
    )


#: Pages of counts, or of what is in force only.
SHORT = {
    ("administrator", "retention:overview"),
    ("agent", "home"),
    ("agent", "families:todo"),
    ("mother", "families:income"),
    ("revenue", "payments:dashboard"),
}

PAGES = {
    "agent": [
        "home",
        "families:search?q=isnard",
        "families:desk?q=isnard",
        "families:todo",
        "families:doubles",
        "families:desk_accounts?q=isnard",
        "families:letters",
        "families:mandate_checks",
        "families:income_queue",
        "families:objection_queue?q=isnard",
        "families:claim_queue?q=isnard",
        "families:situations",
        "families:moves",
        "registration:queue",
        "registration:waivers",
        "registration:departures",
        "rights_queue:list",
        "schools:segments",
    ],
    "head": [
        "families:search?q=isnard",
        "families:care_index",
        "schools:my_roll",
        "registration:admissions",
        "registration:departures",
    ],
    "administrator": ["people:list", "outbox:list", "partners:list", "retention:overview"],
    "revenue": ["payments:dashboard", "payments:office_invoices", "payments:overdue"],
    "helper": ["families:helping"],
    "mother": [
        "home",
        "families:overview",
        "families:helpers",
        "families:invitations",
        "families:claims",
        "families:income",
        "families:summary",
        "registration:mine",
        "payments:home",
        "canteen:home",
        "messages:list",
        "documents:mine",
        "rights:home",
        "rights:log",
        "usersessions_list",
    ],
}


def address(name: str) -> str:
    name, mark, query = name.partition("?")
    return f"{reverse(name)}{mark}{query}"


def costs(world: World) -> dict[tuple[str, str], tuple[int, int]]:
    """Return, by reader and page, the questions asked and how long the page is."""
    found = {}
    for who, names in PAGES.items():
        client = Client()
        sign_in_client(client, world.readers[who])
        for name in names:
            client.get(address(name))
            with CaptureQueriesContext(connection) as asked:
                page = client.get(address(name))
            assert page.status_code == 200, name
            found[who, name] = (len(asked), len(page.content))
    return found


def test_no_list_asks_more_for_many_rows_than_for_few(world):
    for _ in range(2):
        grow(world)
    few = costs(world)
    for _ in range(3):
        grow(world)
    many = costs(world)
    dearer = {key: (few[key][0], many[key][0]) for key in few if many[key][0] > few[key][0]}
    assert not dearer, f"(few, many) questions: {dearer}"
    # A page that shows no more proves nothing.
    as_long = {key for key in few if many[key][1] < few[key][1] + 150} - SHORT
    assert not as_long, chr(10).join(map(str, sorted(as_long)))
