"""My data: all of mine, nothing of the other parent's, as pages and as a copy to take away."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, documents, journal, retention
from core.accounts.roles import Role
from core.documents import Document
from core.journal import Actor, JournalEntry
from core.outbox import Message
from core.rights import exports, registry, trace
from core.rights.models import DataExport
from families.models import HealthCarePlan, IncomeFile, PickupContact
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory, IncomeFileFactory
from tests.people import sign_in_client
from tests.together import at_once

SECRETS = {"phone": "06 99 88 77 66", "quotient": "4321", "mail": "secret@cachette.example"}


@pytest.fixture
def couple(db):
    """Separated parents of one child; what the mother gave is hers."""
    mother = GuardianFactory(phone=SECRETS["phone"], email=SECRETS["mail"], household__number=4711)
    father = GuardianFactory(given_name="Karim", phone="06 11 11 11 11")
    child = ChildFactory(parents=[mother, father], given_name="Lina")
    IncomeFileFactory(household=mother.household, family_quotient=4321)
    IncomeFileFactory(household=father.household, family_quotient=777)
    PickupContact.objects.create(
        child=child, added_by=mother, name="Mamie Rose", phone=SECRETS["phone"]
    )
    HealthCarePlan.objects.create(
        child=child, starts_on=clock.today(), instructions="Stylo d’adrénaline"
    )
    proof = documents.store_bytes(
        b"%PDF-1.4 secret@cachette.example",
        by=Actor(mother.user),
        kind="families.income",
        filename="avis.pdf",
        content_type="application/pdf",
    )
    IncomeFile.objects.filter(household=mother.household).update(proof=proof)
    return mother, father, child


def unzip(export):
    export.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(export.document.read_bytes())) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def make_export(user):
    export = exports.request_export(by=Actor(user), user=user)
    assert exports.build(export.pk)
    return export


def facts(sections):
    return [
        (section["code"], fact["key"], fact["value"])
        for section in sections
        for entry in section["entries"]
        for fact in entry["facts"]
    ]


def test_the_copy_holds_what_is_mine_and_nothing_of_the_other_parent(couple):
    mother, father, _child = couple
    mine = unzip(make_export(mother.user))
    told = json.loads(mine["donnees.json"])
    assert told["version"] == exports.VERSION
    assert ("coordonnees", "phone", SECRETS["phone"]) in facts(told["sections"])
    assert ("quotient", "family_quotient", 4321) in facts(told["sections"])
    assert ("sante", "instructions", "Stylo d’adrénaline") in facts(told["sections"])
    assert [name for name in mine if name.startswith("documents/")] == ["documents/001-avis.pdf"]
    assert mine["documents/001-avis.pdf"].startswith(b"%PDF")
    his = unzip(make_export(father.user))
    told = json.loads(his["donnees.json"])
    assert ("quotient", "family_quotient", 777) in facts(told["sections"])
    assert ("sante", "instructions", "Stylo d’adrénaline") in facts(told["sections"])
    assert any(
        entry["heading"] == "Mamie Rose (Lina)" for s in told["sections"] for entry in s["entries"]
    )
    for name, data in his.items():
        for what, secret in {**SECRETS, "number": "4711"}.items():
            assert secret.encode() not in data, f"{what} of the mother in {name}"


def test_the_json_is_as_its_schema_says(couple):
    mother, _father, _child = couple
    told = json.loads(unzip(make_export(mother.user))["donnees.json"])
    schema = exports.SCHEMA
    assert set(schema["required"]) == set(told)
    section_schema = schema["properties"]["sections"]["items"]
    for section in told["sections"]:
        assert set(section) == set(section_schema["required"])
        for entry in section["entries"]:
            assert set(entry) == {"heading", "facts"}
            for fact in entry["facts"]:
                assert set(fact) == {"key", "label", "value"}
                assert isinstance(fact["value"], str | int | bool | list | None)


def test_pages_show_the_same_by_sections_and_stay_quick(
    client, couple, django_assert_max_num_queries
):
    mother, father, child = couple
    sign_in_client(client, father.user)
    page = client.get(reverse("rights:home"))
    shown = {section.code for section in page.context["sections"]}
    assert {"compte", "coordonnees", "enfants", "quotient", "sante", "contacts"} <= shown
    for section in page.context["sections"]:
        text = client.get(reverse("rights:section", args=[section.code])).content.decode()
        for what, secret in SECRETS.items():
            assert secret not in text, f"{what} of the mother in {section.code}"
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("rights:home"))
    for number in range(60):
        PickupContact.objects.create(
            child=child, added_by=father, name=f"Ami {number}", phone="0600000000"
        )
    # Some two a section that can be held; more rows ask nothing more.
    with django_assert_max_num_queries(min(len(few), 120)):
        client.get(reverse("rights:home"))
    listed = client.get(reverse("rights:section", args=["contacts"]))
    assert len(listed.context["page_obj"]) == 25
    assert client.get(reverse("rights:section", args=["rien"])).status_code == 404
    assert mother.user_id


def test_a_copy_is_made_by_a_worker_told_and_given_only_to_its_owner(client, couple, committed):
    mother, father, _child = couple
    sign_in_client(client, mother.user)
    client.post(reverse("rights:copy"))
    export = DataExport.objects.get()
    assert export.percent == 0
    assert "Avancement" in client.get(reverse("rights:home")).content.decode()
    again = client.post(reverse("rights:copy"))
    assert again.status_code == 302
    assert DataExport.objects.count() == 1, "one at a time"
    assert exports.sweep() == 1
    export.refresh_from_db()
    assert (export.state, export.percent) == (DataExport.READY, 100)
    assert Message.objects.filter(recipient=mother.user, kind="rights_export_ready").exists()
    url = reverse("rights:download", args=[export.public_id])
    answer = client.get(url)
    assert answer["Content-Type"] == "application/zip"
    assert JournalEntry.objects.filter(verb="data_export.download", actor=mother.user).exists()
    stored = client.get(reverse("documents:open", args=[export.document.public_id]))
    assert stored.status_code == 404, "only through the page that asks to sign in anew"
    sign_in_client(client, father.user)
    assert client.get(url).status_code == 404


def test_a_copy_asks_to_have_signed_in_recently(client, couple):
    mother, _father, _child = couple
    mother.user.set_password("un-mot-de-passe-de-test")
    mother.user.save()
    export = make_export(mother.user)
    sign_in_client(client, mother.user)
    url = reverse("rights:download", args=[export.public_id])
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        answer = client.get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_a_copy_goes_after_seven_days_file_included(client, couple):
    mother, _father, _child = couple
    export = make_export(mother.user)
    export.refresh_from_db()
    path = export.document.file
    sign_in_client(client, mother.user)
    later = clock.now() + dt.timedelta(days=7, minutes=1)
    with time_machine.travel(later):
        sign_in_client(client, mother.user)
        assert client.get(reverse("rights:download", args=[export.public_id])).status_code == 404
        retention.apply()
    assert not Document.objects.filter(kind="core.data_export").exists()
    export.refresh_from_db()
    assert export.document is None
    assert path


def test_a_worker_that_dies_leaves_the_copy_to_another_and_gives_up_after_three(
    couple, monkeypatch
):
    mother, _father, _child = couple
    export = exports.request_export(by=Actor(mother.user), user=mother.user)

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exports, "_make", die)
        with pytest.raises(KeyboardInterrupt):
            exports.build(export.pk)
    assert exports.sweep() == 0, "its lease is not over"
    with time_machine.travel(clock.now() + exports.LEASE + dt.timedelta(seconds=1)):
        assert exports.sweep() == 1
    other = exports.request_export(by=Actor(mother.user), user=mother.user)

    def fail(*args):
        raise LookupError

    monkeypatch.setattr(exports, "_make", fail)
    for _ in range(4):
        exports.build(other.pk)
    other.refresh_from_db()
    assert (other.state, other.attempts) == (DataExport.FAILED, 3)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_copy_and_two_workers_build_it_once():
    user = UserFactory(roles=[Role.GUARDIAN])

    made = at_once(2, lambda _number: exports.request_export(by=Actor(user), user=user).pk)
    built = at_once(2, lambda _number: exports.build(made[0]))
    assert len(set(made)) == 1
    assert sorted(built) == [False, True]
    assert Document.objects.filter(kind="core.data_export").count() == 1


# --- who looked at my file ----------------------------------------------------------------


def test_the_log_says_role_day_and_reason_but_no_name_and_keeps_parents_apart(couple, client):
    mother, father, child = couple
    cook = UserFactory(given_name="Agathe", family_name="Nomcaché", roles=[Role.CANTEEN_MANAGER])
    agent = UserFactory(given_name="Basile", roles=[Role.ENROLMENT_AGENT])
    with time_machine.travel("2026-10-12T09:00:00+02:00"):
        cook.posts.update(starts_on=dt.date(2026, 1, 1))
        journal.record_reads(Actor(cook), "health_plan", [child], reason="meals")
    journal.record_read(
        Actor(agent), "income", IncomeFile.objects.get(household=mother.household), reason="check"
    )
    journal.record(Actor(mother.user), "child.edit", child)
    sign_in_client(client, father.user)
    url = reverse("rights:log")
    sentences = [line.sentence for line in client.get(url).context["traces"]]
    said = (
        "Une personne de la restauration scolaire a consulté le PAI de Lina le 12 octobre 2026, "
        "pour préparer les repas."
    )
    assert sentences == [said]
    page = client.get(url).content.decode()
    assert "Agathe" not in page
    assert "Nomcaché" not in page
    sign_in_client(client, mother.user)
    assert len(client.get(url).context["traces"]) == 2
    assert len(client.get(f"{url}?quoi=lectures&enfant=Lina").context["traces"]) == 1
    assert not client.get(f"{url}?quoi=actes").context["traces"]


def test_the_log_takes_the_same_queries_however_long(couple, django_assert_max_num_queries, client):
    mother, _father, child = couple
    agents = [UserFactory(roles=[Role.HEAD_TEACHER]) for _ in range(30)]
    for agent in agents:
        journal.record_read(Actor(agent), "diet", child, reason="outing")
    sign_in_client(client, mother.user)
    url = reverse("rights:log")
    client.get(url)
    with django_assert_max_num_queries(24):
        page = client.get(url)
    assert len(page.context["traces"]) == 25


def test_an_unknown_verb_or_reason_is_still_said_in_words(couple):
    _mother, father, child = couple
    agent = UserFactory(roles=[Role.ENROLMENT_AGENT])
    journal.record(Actor(agent), "zzz.unknown", child, reason="zzz")
    subjects = trace.own_subjects(father.user)
    told = trace.tell(list(trace.entries_for(father.user, subjects)), subjects)
    sentence = told[0].sentence.replace("\u00a0", " ")
    assert sentence.endswith("pour Lina : le dossier de l’enfant.")
    assert "zzz" not in sentence


def test_sections_of_somebody_without_family_are_those_of_an_account(db):
    agent = UserFactory(roles=[Role.TEACHER])
    assert {s.code for s in registry.sections_for(agent)} == {"compte", "postes"}
