"""The agents' pages of doubles, notes and history."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

import families
from core.accounts.roles import Role
from core.journal import Actor, JournalEntry
from enrolment.registration.models import Departure
from families.actions.children import add_pickup_contact
from families.actions.duplicates import find_duplicates
from families.actions.household import update_contact
from families.actions.notes import write_note
from families.desk.timeline import words_of
from families.models import (
    AssistanceMandate,
    ChildClaim,
    DuplicatePair,
    FamilyNote,
    Guardian,
    Merge,
    Objection,
)
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode().replace("\u00a0", " ")


@pytest.fixture
def agent(client):
    user = UserFactory(roles=[Role.ENROLMENT_AGENT], given_name="Sophie")
    sign_in_client(client, user)
    return user


@pytest.fixture
def twice():
    phone = "06 12 34 56 78"
    first = GuardianFactory(given_name="Nadia", family_name="Benali", phone=phone)
    other = GuardianFactory(given_name="Nadia", family_name="Bénali", phone=phone, user=None)
    ChildFactory(given_name="Lina", parents=[first])
    ChildFactory(given_name="Noé", parents=[other])
    find_duplicates()
    return first, other


def seen_of(page):
    return re.search(r'name="seen" value="(\w+)"', page)[1]


def test_a_pair_is_compared_merged_and_taken_back_through_the_pages(client, agent, twice):
    first, other = twice
    assert "même téléphone" in text_of(client.get(reverse("families:doubles")))
    page = text_of(
        client.get(
            reverse("families:duplicate", args=[DuplicatePair.objects.get().pk]), follow=True
        )
    )
    assert "Liens entre responsables et enfants" in page
    url = reverse("families:compare", args=["responsable", first.pk, other.pk])
    data = {"seen": seen_of(page), "family_name": "merged", "household": "kept"}
    page = text_of(client.post(url, data, follow=True))
    assert "Les deux dossiers n’en font plus qu’un" in page
    first.refresh_from_db()
    assert first.family_name == "Bénali"
    done = Merge.objects.get()
    assert done.done_by == agent
    back = text_of(client.post(reverse("families:merge", args=[done.public_id]), follow=True))
    assert "de nouveau séparés" in back
    assert Guardian.objects.filter(merged_into=None).count() == 2


def test_a_preview_that_is_no_longer_true_merges_nothing(client, agent, twice):
    first, other = twice
    url = reverse("families:compare", args=["responsable", first.pk, other.pk])
    seen = seen_of(text_of(client.get(url)))
    update_contact(by=Actor(first.user), guardian=first, used_name="Roux", phone="", language="fr")
    answer = client.post(url, {"seen": seen})
    assert answer.status_code == 409
    assert "ont changé depuis l’aperçu" in text_of(answer)
    assert "Roux" in text_of(answer)
    assert not Merge.objects.exists()


def test_a_pair_dismissed_leaves_the_list(client, agent, twice):
    pair = DuplicatePair.objects.get()
    client.post(reverse("families:duplicate_dismiss", args=[pair.pk]))
    assert "Aucun doublon" in text_of(client.get(reverse("families:doubles")))


def test_the_other_file_is_found_by_search(client, agent, twice):
    first, other = twice
    page = text_of(client.get(reverse("families:merge_choose", args=["responsable", first.pk])))
    assert reverse("families:compare", args=["responsable", first.pk, other.pk]) in page


def test_the_list_of_pairs_costs_the_same_for_one_as_for_many(
    client, agent, twice, django_assert_max_num_queries
):
    url = reverse("families:doubles")
    client.get(url)
    for number in range(20):
        for _turn in range(2):
            ChildFactory(given_name="Ana", family_name=f"Isnard{'abcdefghijklmnopqrst'[number]}xx")
    find_duplicates()
    assert DuplicatePair.objects.count() >= 20
    with django_assert_max_num_queries(16):
        client.get(url)


def test_only_agents_of_families_reach_these_pages(client, twice):
    first, other = twice
    head = UserFactory(roles=[(Role.HEAD_TEACHER, "0990001A")])
    sign_in_client(client, head)
    for url in (
        reverse("families:doubles"),
        reverse("families:compare", args=["responsable", first.pk, other.pk]),
        reverse("families:sheet_history", args=[first.household.reference]),
    ):
        assert client.get(url).status_code == 403


def test_a_note_is_read_by_whom_it_is_meant_for(client, agent, twice):
    home = twice[0].household
    url = reverse("families:sheet", args=[home.reference])
    for body, who in (("Pour moi", "me"), ("Pour le service", "service"), ("Pour tous", "agents")):
        client.post(
            reverse("families:note_add", args=[home.reference]), {"body": body, "visibility": who}
        )
    page = text_of(client.get(url))
    assert all(body in page for body in ("Pour moi", "Pour le service", "Pour tous"))
    sign_in_client(client, UserFactory(roles=[Role.ENROLMENT_AGENT]))
    page = text_of(client.get(url))
    assert "Pour moi" not in page
    assert "Pour le service" in page
    sign_in_client(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    page = text_of(client.get(url))
    assert "Pour le service" not in page
    assert "Pour tous" in page
    assert (
        client.post(reverse("families:note_edit", args=[FamilyNote.objects.first().pk])).status_code
        == 404
    )
    sign_in_client(client, twice[0].user)
    assert client.get(url).status_code == 403


def test_a_note_keeps_its_history_and_is_taken_back_by_its_author(client, agent, twice):
    home = twice[0].household
    note = write_note(by=Actor(agent), household=home, body="Avant", visibility="agents")
    url = reverse("families:note_edit", args=[note.pk])
    client.post(url, {"body": "Après", "visibility": "service"})
    note.refresh_from_db()
    assert (note.body, note.versions.get().body) == ("Après", "Avant")
    assert "Avant" in text_of(client.get(reverse("families:sheet", args=[home.reference])))
    client.post(url, {"remove": "1"})
    page = text_of(client.get(reverse("families:sheet", args=[home.reference])))
    assert "Après" not in page
    assert FamilyNote.objects.get().removed_at is not None
    assert not any("Avant" in str(e.facts) for e in JournalEntry.objects.all())


def test_history_says_in_plain_words_what_happened_and_is_filtered_by_kind(client, agent, twice):
    first, _other = twice
    child = first.guardianships.get().child
    add_pickup_contact(
        by=Actor(first.user), guardian=first, child=child, name="Mamie", relation="", phone="06"
    )
    client.get(reverse("families:sheet", args=[first.household.reference]))
    url = reverse("families:sheet_history", args=[first.household.reference])
    page = text_of(client.get(url))
    assert "Personne autorisée à venir chercher un enfant ajoutée" in page
    assert "Fiche de la famille consultée" in page
    assert "par vous" in page
    assert "Mamie" not in page
    reads = text_of(client.get(url, {"genre": "reads"}))
    assert "Fiche de la famille consultée" in reads
    assert "venir chercher un enfant ajoutée" not in reads


def test_a_merged_household_leads_to_the_one_that_speaks_for_it(client, agent, twice):
    first, other = twice
    url = reverse("families:compare", args=["responsable", first.pk, other.pk])
    client.post(url, {"seen": seen_of(text_of(client.get(url)))})
    answer = client.get(reverse("families:sheet", args=[other.household.reference]))
    assert answer["Location"] == reverse("families:sheet", args=[first.household.reference])


def test_every_act_on_a_family_is_told_in_words_of_its_own():
    """« Dossier modifié » tells an agent nothing: what the code journals has its own words."""
    literal = re.compile(r'journal\.record\(\s*[\w.()]+,\s*"([a-z_]+\.[a-z_]+)"')
    root = Path(families.__file__).parent
    verbs = {
        verb
        for folder in (root / "actions", root / "../enrolment/registration/actions")
        for path in folder.glob("*.py")
        for verb in literal.findall(path.read_text())
    }
    moves = {
        f"{model._meta.model_name}.{state}"
        for model in (AssistanceMandate, ChildClaim, Departure, Objection)
        for reached in model.MOVES.values()
        for state in reached
    }
    assert len(verbs) > 50
    # The file says for itself who may read a note; the others are no family's.
    aside = re.compile(r"family_(note|export)\.|income_rule\.|duplicate_pair\.|citizen\.")
    untold = {v for v in verbs | moves if not aside.match(v) and words_of(v) == "Dossier modifié"}
    assert not untold
