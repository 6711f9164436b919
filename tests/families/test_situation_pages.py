"""Pages of changes of situation and of who pays: who reaches what, and what is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.journal import Actor, JournalEntry
from families.actions import situations
from families.actions.payers import agree_payers, set_payers
from families.models import (
    SituationReport,
)
from families.rules import Share
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    """Two parents and their child, in a town."""
    town = build_town()
    mother = town.parent(phone="06 01 02 03 04")
    father = town.parent(given_name="Karim", phone="06 99 98 97 96")
    return town, mother, father, town.child(mother, father, given_name="Amel")


def test_an_agent_records_a_death_and_takes_it_back(client, family):
    town, mother, father, child = family
    sign_in_client(client, mother.user)
    client.post(
        reverse("families:report", args=[child.reference]), {"kind": "death", "words": "Hier"}
    )
    report = SituationReport.objects.get()
    sign_in_client(client, town.agent)
    assert "Hier" not in client.get(reverse("families:situations")).content.decode()
    page = reverse("families:situation", args=[child.reference])
    assert "Hier" in client.get(page).content.decode()
    assert JournalEntry.objects.filter(verb="read.custody", actor=town.agent).count() == 1
    url = reverse("families:situation_link", args=[child.reference, father.pk])
    late = {"change": "death", "day": (clock.today() + dt.timedelta(days=1)).isoformat()}
    assert "dans le futur" in client.post(url, late).content.decode()
    client.post(url, {"change": "death", "day": clock.today().isoformat()})
    father.refresh_from_db()
    assert father.died_on == clock.today()
    assert client.get(url).status_code == 404
    client.post(reverse("families:situation_undo_death", args=[child.reference, father.pk]))
    father.refresh_from_db()
    assert father.died_on is None
    client.post(reverse("families:situation_close", args=[report.pk]))
    report.refresh_from_db()
    assert report.handled_by == town.agent


def test_an_agent_adds_an_institution_and_corrects_names(client, family):
    town, _mother, father, child = family
    sign_in_client(client, town.agent)
    client.post(
        reverse("families:situation_institution", args=[child.reference]),
        {
            "organisation": "Aide sociale",
            "given_name": "Irène",
            "family_name": "Costa",
            "email": "ase@essai.example",
            "phone": "04 91 00 00 00",
            "lives_with": "on",
            "day": clock.today().isoformat(),
        },
    )
    client.post(
        reverse("families:situation_guardian_names", args=[child.reference, father.pk]),
        {"given_name": "Karim", "family_name": "Sayed", "used_name": "", "reason": "civil_status"},
    )
    page = client.get(reverse("families:situation", args=[child.reference])).content.decode()
    assert "Aide sociale" in page
    assert "Irène Costa" in page
    assert "Sayed" in page
    assert "état civil" in page


def test_with_three_payers_each_has_a_part(client, family):
    town, mother, father, child = family
    link = situations.add_institution(
        by=Actor(town.agent),
        child=child,
        organisation="Aide sociale",
        given_name="Irène",
        family_name="Costa",
        email="ase@essai.example",
        phone="04 91 00 00 00",
        parental_authority=False,
        lives_with=True,
        day=clock.today(),
    )
    sign_in_client(client, mother.user)
    url = reverse("families:payers", args=[child.reference])
    values = {"mode": "percentage", "payer": mother.pk}
    values |= {"valid_from": clock.today().isoformat()}
    parts = {f"part_{mother.pk}": 30, f"part_{link.guardian_id}": 60}
    short = client.post(url, {**values, **parts}).content.decode()
    assert "faire 100 %" in short.replace("\xa0", " ")
    parts |= {f"part_{father.pk}": 10}
    assert client.post(url, {**values, **parts}).status_code == 302
    proposal = child.payer_rules.get(agreed_at=None)
    shares = dict(proposal.shares.values_list("guardian", "percent"))
    assert shares == {mother.pk: 30, link.guardian_id: 60, father.pk: 10}


def test_changing_who_pays_begins_from_what_is_agreed(client, family):
    _town, mother, father, child = family
    for weeks, first, second in (("odd", father, mother), ("odd", mother, father)):
        rule = set_payers(
            by=Actor(mother.user),
            guardian=mother,
            child=child,
            mode="alternating",
            shares=[Share(first.pk, 100, weeks), Share(second.pk, 100, "even")],
            valid_from=clock.today(),
        )
        agree_payers(by=Actor(father.user), rule=rule)
        sign_in_client(client, mother.user)
        page = client.get(reverse("families:payers", args=[child.reference]))
        initial = page.context["form"].initial
        assert initial["mode"] == "alternating"
        assert initial["payer"] == str(first.pk)
    shown = client.get(reverse("families:child", args=[child.reference])).content.decode()
    assert " : Semaines" not in shown
