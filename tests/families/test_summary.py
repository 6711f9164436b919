"""The file in large type: readable by tired eyes, in the family's language, and no leak."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.assisted import helper, signed
from tests.factories.families import IncomeFileFactory
from tests.factories.registration import build_town
from tests.people import sign_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    """A mother whose application waits for a paper."""
    town = build_town()
    town.mother = town.parent(given_name="Samira", family_name="Benali", phone="06 12 34 56 78")
    town.amel = town.child(town.mother, given_name="Amel")
    town.made = town.sent(town.mother, town.amel)
    IncomeFileFactory(household=town.mother.household, family_quotient=4321)
    return town


def browser(user):
    client = Client()
    sign_in_client(client, user)
    return client


def sheet(client, language=""):
    response = client.get(reverse("families:summary_pdf"), {"langue": language})
    assert response["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def sizes(reader):
    """Return every size of type on the sheet, in points."""
    found = set()

    def note(text, cm, tm, font, size):
        if text.strip():
            found.add(round(abs(size * tm[3] * cm[3]), 1))

    for page in reader.pages:
        page.extract_text(visitor_text=note)
    return found


def words(reader):
    return " ".join("\n".join(p.extract_text() for p in reader.pages).split()).replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_nothing_is_smaller_than_eighteen_points(town, language):
    reader = sheet(browser(town.mother.user), language)
    assert sizes(reader)
    assert min(sizes(reader)) >= 18, sizes(reader)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith(language)


def test_it_says_who_what_next_and_whom_to_call(town, settings):
    said = words(sheet(browser(town.mother.user)))
    for expected in (
        "Samira Benali",
        town.mother.household.reference,
        "Amel",
        "Ce que je dois faire",
        settings.HELP_PHONE,
        "06 12 34 56 78",
    ):
        assert expected in said, expected


def test_it_speaks_the_language_of_the_family_from_right_to_left(town):
    client = browser(town.mother.user)
    client.post(reverse("set_language"), {"language": "ar"})
    page = client.get(reverse("families:summary")).content.decode()
    assert '<html lang="ar" dir="rtl"' in page
    assert "Ce que je dois faire" not in page
    assert (
        '<html lang="fr" dir="ltr"'
        in client.get(reverse("families:summary"), {"langue": "fr"}).content.decode()
    )


def test_a_helper_prints_no_more_than_they_may_see(town):
    made = signed(town.mother, (person := helper()), scopes=["canteen"])
    client = browser(person)
    client.post(reverse("families:helping_begin", args=[made.public_id]))
    said = words(sheet(client))
    assert "Samira Benali" in said
    for hidden in ("06 12 34 56 78", "Tamaris 12", "12 Rue", "4321", "Envoyée"):
        assert hidden not in said, hidden
    client.post(reverse("families:acting_end"))
    assert client.get(reverse("families:summary")).status_code in (302, 403)


def test_what_serves_the_agent_is_not_among_what_the_family_has_to_do(town):
    client = browser(town.agent)
    client.post(
        reverse("families:desk_family", args=[town.mother.pk]),
        {"reason": "desk", "scopes": ["family", "applications"]},
    )
    said = words(sheet(client))
    assert "06 12 34 56 78" in said
    assert "Saisir un dossier papier" not in said


def test_another_parent_reads_nothing_of_hers(town):
    father = town.parent(given_name="Thomas", family_name="Roux")
    father.guardianships.create(child=town.amel, kind="father")
    said = words(sheet(browser(father.user)))
    assert "Amel" in said
    assert "06 12 34 56 78" not in said
    assert town.mother.household.reference not in said
