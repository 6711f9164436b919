"""A parent's objection freezes an act until withdrawn, agreed by both, or ruled."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, documents
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from enrolment.registration.actions import agents, departures, family
from enrolment.registration.models import Departure
from enrolment.schools.actions import roll
from families.actions.court import Effects, record_ruling
from families.actions.objections import (
    consent,
    object_to,
    rule_on_objection,
    withdraw_objection,
)
from families.models import JointAct, Objection
from tests.factories.accounts import UserFactory
from tests.factories.schools import RollEntryFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db
WORDS = "Je refuse : le trajet depuis la rue Cachée serait trop long."


@pytest.fixture
def couple(town):
    """Two parents apart and a child in CP at the school of the mother's street."""
    mother, father = town.parent(given_name="Nadia"), town.parent(given_name="Thomas")
    child = town.child(mother, father)
    entry = RollEntryFactory(child=child, class_group=town.group, level="CP")
    return mother, father, child, entry


def asks_other_school(town, mother, child):
    """Return the mother's application for another school, its waiver granted."""
    by = Actor(mother.user)
    draft = town.draft(mother, child)
    family.choose_school(by=by, application=draft, school=town.other, motive="work")
    made = family.submit(by=by, application=draft)
    agents.decide_waiver(by=Actor(town.agent), waiver=made.waiver, granted=True)
    return made


def objects(father, child, act=JointAct.CHANGE_OF_SCHOOL):
    return object_to(by=Actor(father.user), guardian=father, child=child, act=act, text=WORDS)


def refused(code, act):
    with pytest.raises(RuleBroken) as broken:
        act()
    assert broken.value.code == code
    return broken.value


def test_a_change_of_school_is_frozen_and_freed_by_withdrawal(town, couple):
    mother, father, child, _entry = couple
    made = asks_other_school(town, mother, child)
    objection = objects(father, child)
    refused("frozen", lambda: agents.accept(by=Actor(town.agent), application=made))
    refused(
        "author",
        lambda: withdraw_objection(by=Actor(mother.user), guardian=mother, objection=objection),
    )
    withdraw_objection(by=Actor(father.user), guardian=father, objection=objection)
    assert agents.accept(by=Actor(town.agent), application=made).school_name == town.other.name


def test_both_are_told_and_no_word_of_the_objection_is_in_it(town, couple):
    mother, father, child, _entry = couple
    objects(father, child)
    told = Message.objects.filter(kind="family_objection_raised")
    assert {m.recipient for m in told} == {mother.user, father.user}
    assert not any("Cachée" in m.subject + m.body for m in told)


def test_agreement_takes_every_holder_of_authority(town, couple):
    mother, father, child, _entry = couple
    objection = objects(father, child)
    assert consent(by=Actor(mother.user), guardian=mother, objection=objection).state == "open"
    assert consent(by=Actor(mother.user), guardian=mother, objection=objection).state == "open"
    assert consent(by=Actor(father.user), guardian=father, objection=objection).state == "agreed"
    assert Message.objects.filter(kind="family_objection_settled").count() == 2


def test_a_ruling_settles_and_only_one_about_the_child(town, couple):
    mother, father, child, _entry = couple
    objection = objects(father, child)
    by = Actor(town.agent)
    paper = documents.store_bytes(
        b"jugement", by=by, kind="families.ruling", filename="j.pdf", content_type="application/pdf"
    )
    day = clock.today()
    about = {"by": by, "court": "JAF", "decided_on": day, "document": paper, "starts_on": day}
    elsewhere = record_ruling(child=town.child(mother), **about)
    refused("ruling", lambda: rule_on_objection(by=by, objection=objection, ruling=elsewhere))
    ruling = record_ruling(child=child, **about)
    settled = rule_on_objection(by=by, objection=objection, ruling=ruling)
    assert (settled.state, settled.ruling) == ("ruled", ruling)
    refused("state", lambda: rule_on_objection(by=by, objection=objection, ruling=ruling))


def test_a_departure_is_frozen_for_family_head_and_agent(town, couple):
    mother, father, child, entry = couple
    day = clock.today() + dt.timedelta(days=5)
    made = departures.ask_to_leave(
        by=Actor(mother.user), guardian=mother, child=child, leaves_on=day, destination="abroad"
    )
    objection = objects(father, child, JointAct.DEREGISTRATION)
    head = Actor(town.head)
    refused("frozen", lambda: departures.issue_departure(by=head, departure=made))
    refused("frozen", lambda: roll.leave(by=head, entry=entry, day=day))
    withdraw_objection(by=Actor(father.user), guardian=father, objection=objection)
    issued = departures.issue_departure(by=head, departure=made)
    entry.refresh_from_db()
    assert (issued.state, entry.left_on) == ("issued", day)
    refused("too_late", lambda: objects(father, child, JointAct.DEREGISTRATION))


def test_a_waiver_is_not_granted_while_the_other_objects_but_may_be_refused(town, couple):
    mother, father, child, _entry = couple
    by = Actor(mother.user)
    draft = town.draft(mother, child)
    family.choose_school(by=by, application=draft, school=town.other, motive="work")
    made = family.submit(by=by, application=draft)
    objects(father, child, JointAct.WAIVER)
    agent = Actor(town.agent)
    refused("frozen", lambda: agents.decide_waiver(by=agent, waiver=made.waiver, granted=True))
    agents.decide_waiver(
        by=agent, waiver=made.waiver, granted=False, ground="not_founded", reasons="Non établi."
    )


def test_a_first_registration_is_never_frozen(town):
    mother, father = town.parent(), town.parent()
    child = town.child(mother, father)
    made = town.sent(mother, child)
    for act in JointAct.values:
        objects(father, child, act)
    assert agents.accept(by=Actor(town.agent), application=made).pk


def test_an_objection_after_the_certificate_comes_too_late(town, couple):
    mother, father, child, _entry = couple
    made = asks_other_school(town, mother, child)
    agents.accept(by=Actor(town.agent), application=made)
    broken = refused("too_late", lambda: objects(father, child))
    assert "radiation" in broken.message
    objects(father, child, JointAct.DEREGISTRATION)


def test_who_decides_alone_has_nobody_to_object_to(town):
    mother = town.parent()
    child = town.child(mother)
    refused("alone", lambda: objects(mother, child))


def test_pages_freeze_with_409_and_only_the_author_reads_the_words(client, town, couple):
    mother, father, child, _entry = couple
    made = asks_other_school(town, mother, child)
    sign_in_client(client, father.user)
    url = reverse("families:objection_add", args=[child.reference])
    paper = SimpleUploadedFile("preuve.png", PNG, "image/png")
    answers = {"act": "change_of_school", "text": WORDS, "document": paper}
    assert client.post(url, answers).status_code == 302
    objection = Objection.objects.get()
    listed = reverse("families:objections", args=[child.reference])
    assert WORDS in client.get(listed).content.decode()
    assert client.get(objection.document.get_absolute_url()).status_code == 200
    sign_in_client(client, mother.user)
    page = client.get(listed).content.decode()
    assert "Thomas" in page
    assert "Cachée" not in page
    assert client.get(objection.document.get_absolute_url()).status_code == 404
    sign_in_client(client, town.agent)
    sheet = client.get(reverse("registration:sheet", args=[made.reference])).content.decode()
    assert "Opposition en cours" in sheet
    assert "Cachée" not in sheet
    accept = reverse("registration:decide", args=[made.reference, "accepter"])
    assert "suspendue" in client.post(accept, follow=True).content.decode()
    answer = client.post(
        f"/api/v1/registrations/applications/{made.reference}/accept",
        "{}",
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "frozen")
    read = client.get(reverse("families:objection_sheet", args=[objection.reference]))
    assert WORDS in read.content.decode()
    assert JournalEntry.objects.filter(verb="read.custody", actor=town.agent).exists()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcff9f"
    "a11e000782027f3dc848ef0000000049454e44ae426082"
)


def test_the_departure_page_hides_where_the_other_goes(client, town, couple):
    mother, father, child, _entry = couple
    sign_in_client(client, mother.user)
    day = clock.today() + dt.timedelta(days=3)
    asked = client.post(
        reverse("registration:departure_add", args=[child.reference]),
        {"leaves_on": day.isoformat(), "destination": "other_town"},
    )
    made = Departure.objects.get()
    assert asked["Location"] == reverse("registration:departure", args=[made.reference])
    assert "autre commune" in client.get(asked["Location"]).content.decode()
    sign_in_client(client, father.user)
    assert "autre commune" not in client.get(asked["Location"]).content.decode()
    sign_in_client(client, town.head)
    issue = reverse("registration:departure_decide", args=[made.reference, "delivrer"])
    assert client.post(issue).status_code == 302
    sign_in_client(client, father.user)
    paper = client.get(reverse("registration:departure_certificate", args=[made.reference]))
    assert paper["Content-Type"] == "application/pdf"
    made.refresh_from_db()
    check = client.get(reverse("registration:verify"), {"code": made.code}).content.decode()
    assert "radiation est authentique" in check


def test_a_head_notes_a_departure_told_at_school_and_certifies_it(client, town, couple):
    mother, _father, _child, entry = couple
    page = reverse("registration:departure_record", args=[entry.pk])
    pupil = reverse("schools:pupil", args=[entry.pk])
    sign_in_client(client, town.head)
    assert page in client.get(pupil).content.decode()
    assert client.post(pupil, {"day": clock.today().isoformat()}).status_code == 200
    entry.refresh_from_db()
    assert entry.left_on is None, "nobody leaves a roll without a certificate"
    facts = {"leaves_on": entry.admitted_on.isoformat(), "destination": "private"}
    stranger = town.parent()
    assert client.post(page, facts | {"guardian": stranger.pk}).status_code == 422
    early = facts | {"guardian": mother.pk, "leaves_on": "2001-01-01"}
    assert client.post(page, early).status_code == 422
    noted = client.post(page, facts | {"guardian": mother.pk})
    made = Departure.objects.get()
    assert noted["Location"] == reverse("registration:departure", args=[made.reference])
    assert client.get(page)["Location"] == noted["Location"]
    client.post(reverse("registration:departure_decide", args=[made.reference, "delivrer"]))
    entry.refresh_from_db()
    made.refresh_from_db()
    assert (made.state, made.requested_by, entry.left_on) == ("issued", mother, entry.admitted_on)
    assert Message.objects.filter(kind="registration_departure_issued").count() == 2


def test_a_head_of_another_school_notes_no_departure(client, town, couple):
    *_people, entry = couple
    page = reverse("registration:departure_record", args=[entry.pk])
    sign_in_client(client, UserFactory(roles=[(Role.HEAD_TEACHER, town.other.uai)]))
    assert client.get(page).status_code == 404
    sign_in_client(client, town.agent)
    assert client.get(page).status_code == 403


def test_no_access_ruling_leaves_the_other_holder_alone(town, couple):
    mother, father, child, _entry = couple
    by = Actor(town.agent)
    paper = documents.store_bytes(
        b"jugement", by=by, kind="families.ruling", filename="j.pdf", content_type="application/pdf"
    )
    record_ruling(
        by=by,
        child=child,
        court="JAF",
        decided_on=clock.today(),
        document=paper,
        starts_on=clock.today(),
        guardian=father,
        effects=Effects(no_authority=True),
    )
    refused("authority", lambda: objects(father, child))
    refused("alone", lambda: objects(mother, child))
