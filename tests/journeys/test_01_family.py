"""Step 1: a parent makes her household, adds two children, invites the other parent."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core import clock
from core.outbox import Message
from families.models import Child, Guardian, Invitation, PayerRule
from tests.factories.accounts import UserFactory
from tests.factories.registration import build_town
from tests.journeys.browser import prepare_account
from tests.journeys.shots import shot


@pytest.fixture
def town(live):
    """A school and its street."""
    return build_town()


def new_parent(**fields):
    user = UserFactory(**{"given_name": "Samira", "family_name": "Haddad", **fields})
    prepare_account(user)
    return user


def give_address(page, check, *, typed="tamaris"):
    page.get_by_role("heading", level=1, name="Où habitez-vous").wait_for()
    page.get_by_label("Nom de la voie", exact=True).fill(typed)
    if not page.context.scripts_on:
        page.get_by_role("button", name="Chercher la voie").click()
    page.get_by_role("radio", name="Rue des Tamaris").check()
    page.get_by_label("Numéro", exact=True).fill("12 bis")
    check(page)
    shot(page, "01-adresse")
    page.get_by_role("button", name="Enregistrer mon adresse").click()


def add_child(page, name, years, button):
    birth = dt.date(clock.school_year_of(clock.today()) - years, 5, 4)
    page.get_by_role("heading", level=1, name="Ajouter un enfant").wait_for()
    page.get_by_label("Prénom de l’enfant").fill(name)
    page.get_by_label("Nom de naissance").fill("Haddad")
    page.get_by_label("Date de naissance").fill(birth.isoformat())
    page.get_by_text("Sa mère", exact=True).click()
    page.get_by_role("button", name=button, exact=True).click()


def make_family(page, check, *, given="Samira"):
    page.goto("/")
    page.get_by_role("link", name="Créez votre foyer").click()
    page.get_by_role("heading", level=1, name="Créez votre foyer").wait_for()
    assert page.get_by_label("Prénom").input_value() == given
    check(page)
    page.get_by_label("Téléphone").fill("06 12 34 56 78")
    shot(page, "01-foyer")
    page.get_by_role("button", name="Continuer").click()
    give_address(page, check)
    check(page)
    page.get_by_role("button", name="Ajouter cet enfant").click()
    page.get_by_text("points sont à corriger").wait_for()
    check(page)
    shot(page, "01-enfant")
    add_child(page, "Amel", 6, "Ajouter, puis un autre")
    add_child(page, "Ilyès", 4, "Ajouter cet enfant")
    page.get_by_role("heading", level=1, name="Ma famille").wait_for()
    check(page)
    shot(page, "01-famille")


def invite_other(page, check):
    page.get_by_role("link", name="Ajouter un responsable").click()
    page.get_by_label("Prénom").fill("Karim")
    page.get_by_label("Nom de naissance").fill("Sayed")
    page.get_by_text("Père", exact=True).click()
    page.get_by_text("À une autre adresse").click()
    page.get_by_label("Son adresse e-mail").fill("karim@essai.example")
    check(page)
    shot(page, "01-autre-parent")
    page.get_by_role("button", name="Ajouter cette personne").click()
    page.get_by_text("va recevoir une invitation").wait_for()
    check(page)


def the_link():
    message = Message.objects.get(kind="family_invitation")
    return re.search(r"(/famille/invitation/\S+)", message.body)[1]


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_parent_makes_her_family_and_the_other_joins(
    town, open_page, sign_in_fast, assert_accessible, size
):
    page = open_page(size)
    mother = new_parent()
    sign_in_fast(page, mother)
    make_family(page, assert_accessible)
    invite_other(page, assert_accessible)
    guardian = Guardian.objects.get(user=mother)
    assert guardian.household.number == 12
    assert guardian.household.suffix == "bis"
    assert guardian.household.street == town.street
    # A stranger who got hold of the link opens nothing with it.
    stranger = open_page(size)
    link = the_link()
    stranger.goto(link)
    stranger.get_by_role("heading", level=1, name="Vous êtes invité").wait_for()
    assert_accessible(stranger)
    sign_in_fast(stranger, new_parent(given_name="Intrus"))
    stranger.goto(link)
    stranger.get_by_role("heading", level=1, name="pour une autre adresse").wait_for()
    assert_accessible(stranger)
    father = open_page(size)
    sign_in_fast(father, new_parent(email="karim@essai.example", given_name="Karim"))
    father.goto(link)
    assert_accessible(father)
    shot(father, "01-invitation")
    father.get_by_role("button", name="Oui, rejoindre").click()
    father.get_by_text("Bienvenue").wait_for()
    assert_accessible(father)
    assert "Amel" in father.content()
    assert "Tamaris" not in father.content()
    assert Invitation.objects.get().used_at
    father.goto(link)
    father.get_by_role("heading", level=1, name="n’est plus valable").wait_for()
    assert_accessible(father)


def test_parents_agree_on_who_pays(town, desktop, new_page, sign_in_fast, assert_accessible):
    mother, father = town.parent(), town.parent(given_name="Karim")
    child = town.child(mother, father, given_name="Amel")
    sign_in_fast(desktop, mother.user)
    desktop.goto(f"/famille/enfants/{child.reference}/")
    assert_accessible(desktop)
    shot(desktop, "01-enfant-page")
    desktop.get_by_role("link", name="Changer", exact=True).click()
    desktop.get_by_text("Une semaine sur deux").click()
    assert_accessible(desktop)
    shot(desktop, "01-qui-paie")
    desktop.get_by_role("button", name="Enregistrer").click()
    desktop.get_by_text("Votre proposition attend").wait_for()
    assert_accessible(desktop)
    other = new_page("phone")
    sign_in_fast(other, father.user)
    other.goto("/")
    other.get_by_role("link", name="Qui paie pour Amel").click()
    shot(other, "01-proposition")
    other.get_by_role("button", name="Je suis d’accord").click()
    other.get_by_text("C’est d’accord").wait_for()
    assert_accessible(other)
    rule = PayerRule.objects.filter(child=child, mode="alternating").get()
    assert rule.agreed_at


def test_the_family_is_made_without_javascript(town, no_js, sign_in_fast, assert_accessible):
    mother = new_parent()
    sign_in_fast(no_js, mother)
    make_family(no_js, assert_accessible)
    assert Child.objects.of_guardian(mother).count() == 2
