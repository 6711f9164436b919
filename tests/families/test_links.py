"""Who is added as responsible for a child, by whom, and what a link allows from a day on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from core import clock, documents
from core.errors import RuleBroken
from core.journal import Actor
from core.outbox import Message
from families.actions import situations
from families.actions.children import add_guardian
from families.actions.links import Allowed, add_responsible, change_link
from families.models import Child, CourtRuling, Guardian, Guardianship
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db

RELATIVE = Allowed("guardian", lives_with=True, may_pick_up=True, receives_messages=True)


@pytest.fixture
def family():
    town = build_town()
    mother, father = town.parent(), town.parent(given_name="Karim")
    return town, mother, father, town.child(mother, father, given_name="Amel")


def name(by, children, given="Zoé", family="Nouvelle"):
    return add_guardian(
        by=Actor(by.user),
        guardian=by,
        children=children,
        given_name=given,
        family_name=family,
        kind="mother",
        same_household=True,
    )


def test_one_parent_alone_names_a_second_holder_and_never_a_third(client, family):
    town, mother, father, child = family
    alone = town.child(mother, given_name="Ilyes")
    with pytest.raises(RuleBroken, match="déjà deux responsables") as broken:
        name(mother, [child, alone])
    assert (broken.value.code, broken.value.field) == ("enough", "children")
    assert not Guardian.objects.filter(given_name="Zoé").exists()
    zoe = name(mother, [alone])
    assert list(Child.objects.filter(guardianships__guardian=zoe)) == [alone]
    # Known for one child, she is not let in to the other either.
    with pytest.raises(RuleBroken, match="déjà deux"):
        name(mother, [child])
    # A ruling against the father does not make room for somebody else.
    situations_of = reverse("families:guardian_add")
    client.force_login(mother.user)
    page = client.get(situations_of).content.decode()
    assert "déjà deux responsables" in page
    assert reverse("families:report", args=[child.reference]) in page
    # Named again, the father himself is simply found.
    assert name(mother, [child], father.given_name, father.family_name) == father


def test_a_ruling_against_one_parent_makes_no_room_for_another(family):

    town, mother, father, child = family
    CourtRuling.objects.create(
        child=child,
        guardian=father,
        court="JAF",
        decided_on=clock.today(),
        starts_on=clock.today(),
        document=documents.store_bytes(
            b"%PDF-1.4",
            by=Actor(town.agent),
            kind="families.ruling",
            filename="j.pdf",
            content_type="application/pdf",
        ),
        recorded_by=town.agent,
        no_authority=True,
    )
    with pytest.raises(RuleBroken, match="déjà deux"):
        name(mother, [child])


def test_an_agent_adds_a_relative_with_authority_and_the_parents_are_told(client, family):
    town, mother, father, child = family
    grandmother = town.parent(given_name="Odile", family_name="Perrin")
    sign_in_client(client, town.agent)
    url = reverse("families:situation_add", args=[child.reference])
    data = {
        "given_name": "odile",
        "family_name": "PERRIN",
        "reference": grandmother.household.reference.lower(),
        "kind": "guardian",
        "parental_authority": "on",
        "may_pick_up": "on",
        "receives_messages": "on",
        "day": clock.today().isoformat(),
    }
    wrong = client.post(url, {**data, "given_name": "Odette"})
    assert "Personne de ce nom dans ce dossier" in wrong.content.decode()
    early = client.post(url, {**data, "day": (child.birth_date - dt.timedelta(1)).isoformat()})
    assert "précède la naissance" in early.content.decode()
    assert not Guardianship.objects.filter(guardian=grandmother).exists()
    assert client.post(url, data).status_code == 302
    link = Guardianship.objects.get(guardian=grandmother, child=child)
    assert (link.parental_authority, link.lives_with, link.may_pick_up) == (True, False, True)
    assert Child.objects.of_guardian(grandmother.user).get() == child
    for parent in (mother, father):
        told = Message.objects.get(recipient=parent.user, kind="family_guardian_changed")
        assert "Odile" not in told.body + told.subject
        assert "Perrin" not in told.body + told.subject
    twice = client.post(url, data)
    assert "déjà responsable" in twice.content.decode()
    # Who has no file yet gets one, and a household apart; without authority, no messages.
    new = add_responsible(
        by=Actor(town.agent),
        child=child,
        given_name="Luc",
        family_name="Tuteur",
        allowed=RELATIVE,
        parental_authority=False,
        day=clock.today(),
    )
    assert new.guardian.household_id not in {mother.household_id, father.household_id}
    assert not new.receives_messages
    with pytest.raises(RuleBroken, match="déjà responsable"):
        add_responsible(
            by=Actor(town.agent),
            child=child,
            given_name="LUC",
            family_name="tuteur",
            allowed=RELATIVE,
            parental_authority=False,
            day=clock.today(),
        )


def test_what_a_link_allows_is_changed_from_today_and_kept_as_it_was(client, family):
    town, _mother, father, child = family
    Guardianship.objects.filter(child=child).update(
        starts_on=clock.today() - dt.timedelta(400), kind="father"
    )
    sign_in_client(client, town.agent)
    url = reverse("families:situation_allowed", args=[child.reference, father.pk])
    assert 'value="father"' in client.get(url).content.decode()
    assert client.post(url, {"kind": "mother", "lives_with": "on"}).status_code == 302
    before, now = Guardianship.objects.filter(child=child, guardian=father).order_by("pk")
    assert (before.kind, before.may_pick_up, before.end_reason) == ("father", True, "changed")
    assert before.ends_on == now.starts_on == clock.today()
    assert (now.kind, now.may_pick_up, now.receives_messages) == ("mother", False, False)
    assert now.parental_authority
    assert father.pk not in Guardianship.objects.may_collect().values_list("guardian", flat=True)
    # Said again, nothing; said otherwise the same day, the same row.
    client.post(url, {"kind": "mother", "lives_with": "on"})
    client.post(url, {"kind": "father", "may_pick_up": "on"})
    assert Guardianship.objects.filter(child=child, guardian=father).count() == 2
    now.refresh_from_db()
    assert (now.kind, now.lives_with, now.may_pick_up) == ("father", False, True)
    page = client.get(reverse("families:situation", args=[child.reference])).content.decode()
    assert "Changement de ce qui est permis" in page
    with pytest.raises(RuleBroken):
        change_link(
            by=Actor(town.agent),
            child=child,
            guardian=father,
            allowed=replace(RELATIVE, kind="institution"),
        )
    # A death recorded and taken back gives the same history again.
    situations.record_death(by=Actor(town.agent), guardian=father, day=clock.today())
    situations.undo_death(by=Actor(town.agent), guardian=father)
    before.refresh_from_db()
    assert (before.ends_on, before.end_reason) == (clock.today(), "changed")
