"""A child added by mistake is taken back, while nothing relies on it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.journal import Actor, JournalEntry
from families.actions.children import OWN_WORDS, add_child, add_pickup_contact
from families.actions.situations import report_situation
from families.merging.relations import relations_to
from families.models import Child, Guardian
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


def test_a_child_added_by_mistake_goes_with_what_was_written_about_it(client):
    town = build_town()
    mother = town.parent()
    by = Actor(mother.user)
    kept = town.child(mother, given_name="Lina")
    twice = add_child(
        by=by,
        guardian=mother,
        given_name="Lyna",
        family_name=kept.family_name,
        birth_date=kept.birth_date,
        kind="mother",
    )
    add_pickup_contact(
        by=by, guardian=mother, child=twice, name="Rose", relation="", phone="0600000000"
    )
    sign_in_client(client, mother.user)
    remove = reverse("families:child_remove", args=[twice.reference])
    assert (
        remove
        in client.get(reverse("families:child_edit", args=[twice.reference])).content.decode()
    )
    assert client.get(remove).status_code == 405
    stranger = town.parent()
    client.force_login(stranger.user)
    assert client.post(remove).status_code == 404
    client.force_login(mother.user)
    page = client.post(remove, follow=True).content.decode()
    assert "Lyna n’est plus dans votre dossier" in page
    assert list(Child.objects.filter(guardianships__guardian=mother)) == [kept]
    assert JournalEntry.objects.get(verb="child.remove").subject_id == str(twice.pk)


def test_a_child_stays_once_something_or_somebody_relies_on_it(client):
    town = build_town()
    mother, father = town.parent(), town.parent()
    shared, told = town.child(mother, father), town.child(mother, given_name="Sami")
    report_situation(by=Actor(mother.user), guardian=mother, child=told, kind="other", words="?")
    sign_in_client(client, mother.user)
    for child, words in ((shared, "Quelqu’un d’autre est responsable"), (told, "démarche existe")):
        url = reverse("families:child_remove", args=[child.reference])
        answer = client.post(url, follow=True)
        assert words in answer.content.decode()
        assert answer.redirect_chain[-1][0] == reverse("families:report", args=[child.reference])
        assert Child.objects.filter(pk=child.pk).exists()
    assert Guardian.objects.filter(children=shared).count() == 2


def test_what_goes_with_a_child_still_has_these_names():
    assert {relation.name for relation in relations_to(Child)} >= OWN_WORDS
