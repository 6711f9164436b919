"""The agents' pages: who sees what of a family, and in how few questions."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from django.urls import reverse

from core import clock, tries
from core.accounts.roles import Role
from core.documents import Document
from core.journal import Actor, JournalEntry
from families.actions import exports
from families.desk import register_queue
from families.desk.index import catch_up_all
from families.desk.queues import _queues
from families.models import FamilyExport, Household, IncomeFile
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory, IncomeFileFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory, SchoolFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode().replace("\u00a0", " ")


@pytest.fixture
def agent(client):
    user = UserFactory(roles=[Role.ENROLMENT_AGENT])
    sign_in_client(client, user)
    return user


@pytest.fixture
def family():
    mother = GuardianFactory(given_name="Nadia", family_name="Benali", phone="06 12 34 56 78")
    father = GuardianFactory(given_name="Thomas", family_name="Roussel", phone="06 98 76 54 32")
    child = ChildFactory(given_name="Lina", family_name="Roussel", parents=[mother, father])
    IncomeFileFactory(household=mother.household, family_quotient=742)
    return mother, father, child


def test_results_are_grouped_by_household_with_what_matched_marked(client, agent, family):
    mother, father, _child = family
    page = text_of(client.get(reverse("families:search"), {"q": "rousel lina"}))
    assert "2 familles trouvées" in page
    assert "<mark>Lina</mark>" in page
    assert "<mark>Roussel</mark>" in page
    for person in (mother, father):
        assert reverse("families:sheet", args=[person.household.reference]) in page


def test_lists_cost_the_same_for_one_family_and_for_a_page_of_them(
    client, agent, django_assert_max_num_queries
):
    for number in range(26):
        ChildFactory(
            given_name="Jules",
            family_name="Isnard",
            parents=[GuardianFactory(given_name=f"Ana{number}", family_name="Isnard")],
        )
    catch_up_all()
    client.get(reverse("families:search"), {"q": "isnard"})
    with django_assert_max_num_queries(24):
        page = text_of(client.get(reverse("families:search"), {"q": "isnard"}))
    assert page.count("found__home") == 25
    assert "page=2" in page
    assert (
        text_of(client.get(reverse("families:search"), {"q": "isnard", "page": 2})).count(
            "found__home"
        )
        == 1
    )


def test_head_teachers_find_their_own_pupils_by_a_childs_or_a_parents_name(client, family):
    mother, father, child = family
    school = SchoolFactory()
    entry = RollEntryFactory(
        child=child, school=school, class_group=ClassGroupFactory(school=school)
    )
    ChildFactory(given_name="Lina", family_name="Ailleurs", parents=[mother])
    stranger = GuardianFactory(given_name="Marius", family_name="Calvet")
    ChildFactory(given_name="Rose", family_name="Calvet", parents=[stranger])
    head = UserFactory(roles=[(Role.HEAD_TEACHER, school.uai)])
    sign_in_client(client, head)
    for probe in ("Lyna", "benali", "Nadja", "roussel thomas", "nadia roussel"):
        found = text_of(client.get(reverse("families:search"), {"q": probe}))
        assert found.count("found__pupil") == 1, probe
        assert entry.class_group.name in found
        assert "Ailleurs" not in found
        assert all(f">{name}<" in found or name in found for name in ("Nadia", "Thomas"))
        for secret in (mother.phone, father.phone, mother.household.reference, mother.user.email):
            assert secret not in found
    for probe in ("5678", child.reference + "x", "calvet", mother.user.email, "14/05/2017"):
        assert "found__pupil" not in text_of(client.get(reverse("families:search"), {"q": probe}))
    assert (
        client.get(reverse("families:sheet", args=[mother.household.reference])).status_code == 403
    )


def test_a_parent_who_left_a_childs_file_finds_it_no_more(client, family):
    mother, _father, child = family
    school = SchoolFactory()
    RollEntryFactory(child=child, school=school)
    link = child.guardianships.get(guardian=mother)
    link.starts_on, link.ends_on = clock.today() - dt.timedelta(days=9), clock.today()
    link.save()
    sign_in_client(client, UserFactory(roles=[(Role.HEAD_TEACHER, school.uai)]))
    assert "found__pupil" not in text_of(client.get(reverse("families:search"), {"q": "benali"}))
    found = text_of(client.get(reverse("families:search"), {"q": "lina"}))
    assert "Nadia" not in found


def test_the_canteen_manager_finds_a_child_in_spite_of_accents_and_typos(client):
    school = SchoolFactory()
    child = ChildFactory(given_name="Ismaël", family_name="Hébrard")
    RollEntryFactory(child=child, school=school)
    ChildFactory(given_name="Ismaël", family_name="Hébrard", birth_date=dt.date(2020, 1, 2))
    sign_in_client(client, UserFactory(roles=[Role.CANTEEN_MANAGER]))
    for probe in ("ismael", "HEBRARD", "ebrard ismaël", child.reference):
        page = client.get(reverse("families:care_index"), {"q": probe})
        assert [row for row, _facts in page.context["rows"]] == [child], probe
    assert not client.get(reverse("families:care_index")).context["rows"]


def test_the_sheet_shows_the_family_and_keeps_the_quotient_back(client, agent, family):
    mother, father, child = family
    url = reverse("families:sheet", args=[mother.household.reference])
    page = text_of(client.get(url))
    for shown in (mother.full_name, mother.phone, child.full_name, father.full_name, "Vérifié"):
        assert shown in page
    assert father.phone not in page
    assert "742" not in page
    assert JournalEntry.objects.filter(verb="read.custody", subject_id=child.pk).count() == 1
    assert not JournalEntry.objects.filter(verb="read.income").exists()
    shown = text_of(
        client.post(reverse("families:sheet_quotient", args=[mother.household.reference]))
    )
    assert "742 €" in shown
    read = JournalEntry.objects.get(verb="read.income")
    assert (read.actor, read.subject_id) == (agent, str(IncomeFile.objects.get().pk))


def test_the_page_of_a_refused_form_opened_again_leads_back(client, agent, family):
    mother, _father, _child = family
    home = mother.household
    sheet = reverse("families:sheet", args=[home.reference])
    for name in ("note_add", "sheet_quotient"):
        answer = client.get(reverse(f"families:{name}", args=[home.reference]))
        assert answer["Location"].split("#")[0] == sheet
    file = IncomeFile.objects.get(household=home)
    answer = client.get(reverse("families:income_refuse", args=[file.pk]))
    assert answer["Location"] == reverse("families:income_check", args=[file.pk])
    assert not JournalEntry.objects.filter(verb="read.income").exists()


def test_the_sheet_asks_as_much_for_five_children_as_for_one(client, agent, family):
    mother, father, _child = family
    url = reverse("families:sheet", args=[mother.household.reference])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(url)
        return len([q for q in asked if "journalentry" not in q["sql"].lower()])

    first = questions()
    for name in ("Ana", "Rose", "Marius", "Elie"):
        ChildFactory(given_name=name, family_name="Roussel", parents=[mother, father])
    assert questions() <= first


def test_queues_show_what_awaits_a_post_and_only_that(client, agent):
    IncomeFileFactory(
        household=GuardianFactory().household, checked_at=None, source=IncomeFile.Source.DECLARED
    )
    register_queue("essai", "Essai réservé", lambda user: 3, "home", [Role.IT_MANAGER])
    try:
        page = text_of(client.get(reverse("families:todo")))
    finally:
        _queues.pop("essai")
    assert "Quotients à vérifier" in page
    assert "Essai réservé" not in page
    assert "Une chose vous attend" in page or "choses vous attendent" in page


def test_a_small_list_is_ready_at_once_and_is_its_askers_only(client, agent, family):
    mother, father, _child = family
    Household.objects.filter(pk=father.household_id).update(is_protected=True)
    answer = client.post(reverse("families:export_ask"), {"q": "lina roussel", "format": "csv"})
    page = text_of(client.get(answer["Location"]))
    assert "2 familles, une ligne par enfant" in page
    export = FamilyExport.objects.get()
    table = client.get(export.document.get_absolute_url()).content.decode("utf-8-sig")
    assert mother.phone in table
    assert "adresse protégée" in table
    assert father.household.address_lines[0] not in table.replace(
        mother.household.address_lines[0], ""
    )
    asked = JournalEntry.objects.get(verb="family_export.ask")
    assert asked.facts == {"families": 2, "format": "csv"}
    sign_in_client(client, UserFactory(roles=[Role.ENROLMENT_AGENT]))
    assert client.get(answer["Location"]).status_code == 404
    assert client.get(export.document.get_absolute_url()).status_code == 404


def test_a_long_list_is_made_by_a_worker_with_progress_and_once(agent, family, committed, settings):
    by = Actor(agent)
    with mock.patch.object(exports, "AT_ONCE", 1), mock.patch.object(exports, "CHUNK", 1):
        with committed():
            waiting = exports.ask_export(by=by, query="", kind="xlsx")
            assert waiting.state == "waiting"
            assert waiting.total == 2
        done = FamilyExport.objects.get()
        assert (done.state, done.done) == ("ready", 2)
        assert exports.LISTS.make(done.pk) == "ready"
    assert FamilyExport.objects.get().document == done.document


def test_a_list_whose_worker_died_is_taken_up_and_its_file_goes_after_a_day(agent, family):
    export = FamilyExport.objects.create(
        asked_by=agent,
        query="",
        format="xlsx",
        total=2,
        state="making",
        done=1,
        tries=1,
        next_try_at=clock.now() + tries.LEASE,
    )
    assert exports.LISTS.make(export.pk) == "making"
    FamilyExport.objects.update(next_try_at=clock.now() - tries.GRACE)
    assert exports.LISTS.sweep() == 1
    export.refresh_from_db()
    assert export.state == "ready"
    FamilyExport.objects.update(asked_at=clock.now() - dt.timedelta(days=1, minutes=1))
    assert exports.LISTS.sweep() == 1
    assert not Document.objects.exists()


def test_a_list_that_cannot_be_made_keeps_no_other_waiting_and_is_given_up(
    client, agent, family, time_machine
):
    rows = [FamilyExport(asked_by=agent, format=kind, total=2) for kind in ("csv", "xlsx")]
    bad, good = FamilyExport.objects.bulk_create(rows)
    time_machine.move_to(clock.now() + dt.timedelta(minutes=2), tick=False)
    with mock.patch.object(exports, "write_csv", side_effect=ZeroDivisionError):
        assert exports.LISTS.sweep() == 1
        for _ in range(8):
            time_machine.shift(dt.timedelta(minutes=31))
            exports.LISTS.sweep()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.tries) == ("ready", "failed", 4)
    sign_in_client(client, agent)
    page = text_of(client.get(reverse("families:export", args=[bad.public_id])))
    assert "n’a pas pu être écrite" in page
    assert "ZeroDivisionError" in page


def test_a_table_holds_no_formula(agent):
    GuardianFactory(given_name="=1+1", family_name="Piège")
    exports.ask_export(by=Actor(agent), query="piège", kind="csv")
    table = FamilyExport.objects.get().document.read_bytes().decode("utf-8-sig")
    assert "'=1+1 Piège" in table
