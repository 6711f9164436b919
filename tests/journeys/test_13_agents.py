"""Agents: find a family in spite of a typo, read its sheet, leave a note, merge, take it back."""

from __future__ import annotations

import pytest

from core.accounts.roles import Role
from families.actions.duplicates import find_duplicates
from families.models import FamilyNote, Guardian
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory


@pytest.fixture
def agent(live):
    """An agent, and a mother known twice, with a child in each file."""
    phone = "06 12 34 56 78"
    first = GuardianFactory(given_name="Hélène", family_name="Roussel", phone=phone)
    other = GuardianFactory(given_name="Helene", family_name="Roussel", phone=phone, user=None)
    ChildFactory(given_name="Lina", family_name="Roussel", parents=[first])
    ChildFactory(given_name="Noé", family_name="Roussel", parents=[other])
    find_duplicates()
    return UserFactory(roles=[Role.ENROLMENT_AGENT], given_name="Sophie")


def journey(page, agent, sign_in_fast, check):
    sign_in_fast(page, agent)
    page.goto("/famille/recherche/")
    check(page)
    box = page.get_by_role("searchbox")
    box.fill("rousel hélène")
    box.press("Enter")
    page.get_by_text("2 familles trouvées").wait_for()
    check(page)
    page.locator(".found__home", has_text="Lina").get_by_role("link").click()
    page.get_by_role("heading", level=1, name="Hélène Roussel").wait_for()
    check(page)
    page.locator("summary", has_text="Écrire une note").click()
    page.locator("textarea[name=body]").fill("À rappeler après 17 h.")
    page.get_by_label("Tous les agents").check()
    page.get_by_role("button", name="Enregistrer la note").click()
    page.get_by_text("À rappeler après 17 h.").first.wait_for()
    assert FamilyNote.objects.get().visibility == "agents"
    page.get_by_role("link", name="Doublon possible").click()
    page.get_by_role("heading", level=1, name="Est-ce la même personne").wait_for()
    page.get_by_text("Liens entre responsables et enfants").wait_for()
    check(page)
    page.get_by_role("button", name="C’est la même personne").click()
    page.get_by_role("heading", name="Ce qui a été déplacé").wait_for()
    check(page)
    assert Guardian.objects.filter(merged_into=None).count() == 1
    page.get_by_role("button", name="Séparer de nouveau").click()
    page.get_by_text("Fusion annulée le").wait_for()
    check(page)
    assert Guardian.objects.filter(merged_into=None).count() == 2
    page.goto("/famille/a-traiter/")
    page.get_by_role("link", name="Doublons possibles").click()
    page.get_by_role("heading", level=1, name="Doublons possibles").wait_for()
    check(page)


def test_an_agent_on_a_desktop(desktop, agent, sign_in_fast, assert_accessible):
    journey(desktop, agent, sign_in_fast, assert_accessible)


def test_an_agent_on_a_phone(phone, agent, sign_in_fast, assert_accessible):
    journey(phone, agent, sign_in_fast, assert_accessible)


def test_an_agent_without_scripts(no_js, agent, sign_in_fast, assert_accessible):
    journey(no_js, agent, sign_in_fast, assert_accessible)


def test_results_come_while_one_types(desktop, agent, sign_in_fast):
    sign_in_fast(desktop, agent)
    desktop.goto("/famille/recherche/")
    desktop.get_by_role("searchbox").press_sequentially("56 78")
    desktop.get_by_text("2 familles trouvées").wait_for()
    assert desktop.url.endswith("/famille/recherche/")
