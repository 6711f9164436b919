"""Court rulings, from their day to their end; protected addresses."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, documents
from core.errors import RuleBroken
from core.journal import Actor, JournalEntry
from core.outbox import Message
from core.rights import registry
from enrolment.registration.actions import agents, family
from families.actions.court import Effects, cancel_ruling, end_ruling, record_ruling
from families.models import Child, CourtRuling, Guardianship
from tests.factories.accounts import UserFactory
from tests.factories.payments import InvoiceFactory
from tests.families.leak_walk import read
from tests.families.test_objections import PNG
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def couple(town):
    mother, father = town.parent(given_name="Nadia"), town.parent(given_name="Thomas")
    return mother, father, town.child(mother, father)


def rules(town, child, guardian, *, starts_in=0, days=None, **effects):
    by = Actor(town.agent)
    paper = documents.store_bytes(
        b"jugement", by=by, kind="families.ruling", filename="j.pdf", content_type="application/pdf"
    )
    start = clock.today() + dt.timedelta(days=starts_in)
    return record_ruling(
        by=by,
        child=child,
        court="JAF de Port-Mistral",
        decided_on=clock.today(),
        document=paper,
        starts_on=start,
        ends_on=start + dt.timedelta(days=days) if days else None,
        guardian=guardian,
        effects=Effects(**effects),
    )


def on(days):
    return time_machine.travel(clock.now() + dt.timedelta(days=days), tick=False)


def test_access_changes_on_the_first_day_and_comes_back_after_the_last(town, couple):
    mother, father, child = couple
    rules(town, child, father, starts_in=10, days=20, no_access=True)
    sees = Child.objects.of_guardian(father.user).filter(pk=child.pk)
    assert sees.exists()
    for days, expected in ((9, True), (10, False), (29, False), (30, True)):
        with on(days):
            assert Child.objects.of_guardian(father.user).exists() is expected, days
            assert Child.objects.of_guardian(mother.user).exists()
    assert Guardianship.objects.current().filter(child=child).count() == 2


def test_pick_up_changes_without_touching_the_view(town, couple):
    _mother, father, child = couple
    rules(town, child, father, no_pickup=True)
    may = Guardianship.objects.may_collect().filter(child=child)
    assert [link.guardian_id for link in may] == [couple[0].pk]
    assert Child.objects.of_guardian(father.user).exists()


def test_the_restricted_parent_loses_pages_messages_and_what_he_had_sent(client, town, couple):
    _mother, father, child = couple
    made = town.sent(father, child)
    rules(town, child, father, no_access=True)
    sign_in_client(client, father.user)
    for url in (
        reverse("registration:application", args=[made.reference]),
        reverse("families:child", args=[child.reference]),
        reverse("families:objections", args=[child.reference]),
        f"/api/v1/registrations/applications/{made.reference}",
    ):
        assert client.get(url).status_code == 404, url
    Message.objects.all().delete()
    agents.accept(by=Actor(town.agent), application=made)
    assert {m.recipient for m in Message.objects.all()} == {couple[0].user}


def test_ended_and_cancelled_rulings_keep_their_history(town, couple):
    _mother, father, child = couple
    first = rules(town, child, father, no_authority=True)
    assert not Child.objects.of_guardian(father.user).exists()
    cancel_ruling(by=Actor(town.agent), ruling=first)
    assert Child.objects.of_guardian(father.user).exists()
    second = rules(town, child, father, no_access=True)
    end_ruling(by=Actor(town.agent), ruling=second, ends_on=clock.today() + dt.timedelta(days=5))
    assert CourtRuling.objects.count() == 2
    assert JournalEntry.objects.filter(verb__startswith="ruling.").count() == 4


@pytest.mark.parametrize("effects", [{"no_access": True}, {"no_authority": True}])
def test_a_child_is_never_left_without_anybody(town, effects):
    mother = town.parent()
    child = town.child(mother)
    with pytest.raises(RuleBroken) as broken:
        rules(town, child, mother, **effects)
    assert broken.value.code == "nobody_left"


def test_somebody_restricted_needs_effects_and_the_other_way_round(town, couple):
    _mother, father, child = couple
    with pytest.raises(RuleBroken):
        rules(town, child, father)
    with pytest.raises(RuleBroken):
        rules(town, child, None, no_access=True)


def test_enrolment_agents_alone_read_rulings_and_every_reading_is_noted(client, town, couple):
    _mother, father, child = couple
    page = reverse("families:rulings", args=[child.reference])
    sign_in_client(client, town.agent)
    day = clock.today().isoformat()
    facts = {
        "court": "JAF de Port-Mistral",
        "decided_on": day,
        "starts_on": day,
        "guardian": str(father.pk),
        "effects": ["no_pickup"],
        "document": SimpleUploadedFile("jugement.png", PNG, "image/png"),
    }
    assert client.post(page, facts).status_code == 302
    ruling = CourtRuling.objects.get()
    assert "JAF de Port-Mistral" in client.get(page).content.decode()
    assert client.get(ruling.document.get_absolute_url()).status_code == 200
    noted = JournalEntry.objects.filter(actor=town.agent, verb__startswith="read.")
    assert {entry.verb for entry in noted} == {"read.custody", "read.document"}
    admin = UserFactory(roles=["administrator"])
    for user in (couple[0].user, father.user, town.head, admin):
        sign_in_client(client, user)
        assert client.get(page).status_code == 403
        assert client.get(ruling.document.get_absolute_url()).status_code == 404


def test_a_protected_address_is_shown_for_a_reason_only(client, town, couple):
    mother, _father, child = couple
    sign_in_client(client, mother.user)
    client.post(reverse("families:address_protect"), {"protected": "yes"})
    made = town.sent(mother, child)
    sheet = reverse("registration:sheet", args=[made.reference])
    page = reverse("families:household_address", args=[mother.household.reference])
    sign_in_client(client, town.agent)
    assert "Rue des Tamaris" not in client.get(sheet).content.decode()
    assert "12 Rue des Tamaris" not in client.get(sheet).content.decode()
    assert "12 Rue des Tamaris" not in client.get(page).content.decode()
    assert "12 Rue des Tamaris" in client.post(page, {"reason": "letter"}).content.decode()
    read = JournalEntry.objects.get(verb="read.address")
    assert (read.actor, read.reason) == (town.agent, "letter")
    assert client.post(page, {"reason": "curiosity"}).status_code == 200
    assert JournalEntry.objects.filter(verb="read.address").count() == 1
    sign_in_client(client, UserFactory(roles=["administrator"]))
    assert client.get(page).status_code == 403
    assert "12 Rue des Tamaris" not in client.get(sheet).content.decode()


def test_a_protected_address_hides_sector_and_waiver_until_the_decision(client, town, couple):
    mother, father, child = couple
    mother.household.is_protected = True
    mother.household.save()
    draft = town.draft(mother, child)
    by = Actor(mother.user)
    family.choose_school(by=by, application=draft, school=town.other, motive="work")
    made = family.submit(by=by, application=draft)
    pages = [
        reverse("registration:application", args=[made.reference]),
        reverse("registration:mine"),
        reverse("families:overview"),
        f"/api/v1/registrations/applications/{made.reference}",
        "/api/v1/registrations/applications",
    ]
    sign_in_client(client, father.user)
    for url in pages:
        text = client.get(url).content.decode()
        assert town.other.name not in text, url
        assert town.other.uai not in text, url
        assert "Dérogation" not in text, url
    agents.decide_waiver(by=Actor(town.agent), waiver=made.waiver, granted=True)
    assert not Message.objects.filter(
        kind="registration_waiver_decided", recipient=father.user
    ).exists()
    agents.accept(by=Actor(town.agent), application=made)
    text = client.get(pages[0]).content.decode()
    assert town.other.name in text
    assert "Dérogation" not in text


def test_the_revenue_office_prints_a_protected_payer_without_address(client, town, couple):
    mother, father, _child = couple
    invoice = InvoiceFactory(payer=mother, payer_address=["12 Rue des Tamaris"])
    paper = reverse("payments:invoice_pdf", args=[invoice.public_id])
    office = UserFactory(roles=["revenue_officer"])

    def read_by(user):
        sign_in_client(client, user)
        return read(client.get(paper).content)

    assert "Rue des Tamaris" in read_by(office)
    mother.household.is_protected = True
    mother.household.save()
    assert "Rue des Tamaris" not in read_by(office)
    assert "Adresse protégée" in read_by(office)
    assert "Rue des Tamaris" in read_by(mother.user)
    sign_in_client(client, father.user)
    assert client.get(paper).status_code == 404


def test_a_familys_sheet_leads_enrolment_agents_to_the_rulings(client, town, couple):
    mother, _father, child = couple
    sheet = reverse("families:sheet", args=[mother.household.reference])
    rulings = reverse("families:rulings", args=[child.reference])
    sign_in_client(client, town.agent)
    assert rulings in client.get(sheet, follow=True).content.decode()
    sign_in_client(client, UserFactory(roles=["administrator"]))
    assert rulings not in client.get(sheet, follow=True).content.decode()


def test_each_parent_finds_a_ruling_among_their_data_with_its_effect_on_them_alone(town, couple):
    mother, father, child = couple
    rules(town, child, father, days=30, no_access=True, no_pickup=True)
    rules(town, child, None, starts_in=1)

    def told(person):
        sections = [s for s in registry.sections_for(person.user) if s.code == "decisions"]
        rows = [entry for section in sections for entry in section.entries]
        return [{fact.key: fact.plain for fact in entry.told} for entry in rows]

    hers, his = told(mother), told(father)
    assert len(hers) == 2
    about_him = next(row for row in hers if row["effects"] == ["Ne restreint pas vos droits."])
    assert set(about_him) == {"decided_on", "effects"}, "its terms are his"
    (own,) = [row for row in his if "starts_on" in row and "ends_on" in row]
    assert own["court"] == "JAF de Port-Mistral"
    assert own["effects"] == [
        "Vous ne voyez plus la scolarité de l’enfant.",
        "Vous ne venez plus chercher l’enfant.",
    ]
    Guardianship.objects.filter(guardian=mother).update(parental_authority=False)
    assert told(mother) == [], "who no longer decides for the child is told nothing of it"
