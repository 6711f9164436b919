"""Agents see whom no message reaches, and take the list out for a mail merge."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse

from core import clock
from core.accounts.roles import Role
from core.journal import JournalEntry
from core.messaging.models import AddressHealth
from core.spreadsheets import read_table
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    found = UserFactory(roles=[Role.ENROLMENT_AGENT])
    sign_in_client(client, found)
    return found


def fails(address):
    AddressHealth.objects.create(address=address.lower(), hard_bounces=2, failing_since=clock.now())


def test_only_those_whom_nothing_reaches_are_listed(client, agent):
    reached, failing = GuardianFactory(), GuardianFactory(family_name="Perdu")
    without = GuardianFactory(user=None, email="", family_name="Sansmail")
    shared = GuardianFactory(user=None, email="Commun@essai.example", family_name="Commun")
    stranger = GuardianFactory(user=None, email="", family_name="Personne")
    ChildFactory(parents=[reached, failing, without, shared])
    fails(failing.user.email)
    fails("commun@essai.example")
    page = client.get(reverse("families:letters"))
    assert [row.family_name for row, _lines in page.context["listed"]] == [
        "Commun",
        "Perdu",
        "Sansmail",
    ]
    assert stranger.pk not in {row.pk for row, _lines in page.context["listed"]}
    only = client.get(reverse("families:letters"), {"motif": "none"})
    assert [row.family_name for row, _lines in only.context["listed"]] == ["Sansmail"]


def test_the_list_leaves_as_a_spreadsheet_without_protected_addresses(client, agent):
    hidden = GuardianFactory(
        user=None, email="", family_name="Cachée", household__is_protected=True
    )
    shown = GuardianFactory(user=None, email="", family_name="Visible")
    ChildFactory(parents=[hidden, shown])
    answer = client.get(reverse("families:letters"), {"format": "xlsx"})
    data = b"".join(answer) if answer.streaming else answer.content
    table = read_table(io.BytesIO(data).getvalue(), "lettres.xlsx")
    cells = [" ".join(str(cell) for cell in row) for row in table.rows]
    assert any("Visible" in row and "12 Rue des Tamaris" in row for row in cells)
    assert any("Cachée" in row and "protégée" in row and "Tamaris" not in row for row in cells)
    assert JournalEntry.objects.get(verb="letters.export").facts == {"count": 2}


def test_the_list_takes_the_same_queries_however_long(client, agent, django_assert_max_num_queries):
    ChildFactory(parents=[GuardianFactory(user=None, email="") for _ in range(40)])
    url = reverse("families:letters")
    client.get(url)
    with django_assert_max_num_queries(14):
        page = client.get(url)
    assert len(page.context["listed"]) == 25


def test_school_staff_do_not_see_it(client):
    sign_in_client(client, UserFactory(roles=[Role.HEAD_TEACHER]))
    assert client.get(reverse("families:letters")).status_code == 403
