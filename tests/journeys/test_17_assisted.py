"""Being helped: an account opened at a desk, a mandate signed, used and stopped."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from core import clock
from core.accounts.models import User
from enrolment.registration.models import Application
from families.desk.index import catch_up_all
from families.models import AssistanceMandate, AssistedSession, Guardian
from tests.factories.accounts import UserFactory
from tests.factories.assisted import HelpPlaceFactory, helper
from tests.factories.registration import build_town
from tests.journeys.browser import PASSWORD, prepare_account
from tests.journeys.shots import shot

SIZES = ["phone", "desktop", "no_js"]


@pytest.fixture
def town(live):
    """A school, its street, a place where people help."""
    town = build_town()
    town.place = HelpPlaceFactory()
    return town


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def heading(page, name):
    page.get_by_role("heading", level=1, name=name).wait_for()


def letter(page):
    """Return identifier and code as the printed letter shows them."""
    url = page.get_by_role("link", name=re.compile("Imprimer la lettre")).get_attribute("href")
    data = page.context.request.get(f"{page.context.escale_url}{url}").body()
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(data)).pages)
    found = re.search(r"((?:\w{3}-){2}\w{3})\s+(\w{5}-\w{5})", text.replace("\u2011", "-"))
    if found is None:
        codes = re.findall(r"\b[0-9A-Z]{3,5}(?:[- ][0-9A-Z]{3,5}){1,2}\b", text)
        return codes[0], codes[1]
    return found[1], found[2]


def welcome(page, check):
    """The agent writes the person down, opens the account, prints the letter."""
    page.goto("/famille/guichet/")
    heading(page, "Accueil au guichet")
    check(page)
    page.get_by_role("link", name="La personne n’est pas connue").click()
    heading(page, "Une personne nouvelle")
    check(page)
    page.get_by_label("Prénom").fill("Zohra")
    page.get_by_label("Nom de naissance").fill("Mansouri")
    shot(page, "17-nouvelle")
    button(page, "Enregistrer").click()
    heading(page, "Zohra Mansouri")
    check(page)
    page.get_by_role("link", name="Ouvrir un compte").click()
    button(page, "Ouvrir le compte et préparer la lettre").click()
    page.get_by_text("La lettre est prête.").wait_for()
    return letter(page)


def act_for_her(page, check):
    """With her beside, the agent adds her child, then ends."""
    catch_up_all()
    page.goto("/famille/guichet/?q=mansouri")
    page.get_by_role("link", name="Ouvrir Zohra Mansouri").click()
    button(page, "Commencer").click()
    page.get_by_text("point est à corriger").wait_for()
    check(page)
    page.get_by_text("Au guichet, la personne est avec moi").click()
    shot(page, "17-agir")
    button(page, "Commencer").click()
    heading(page, "Famille Mansouri")
    check(page)
    shot(page, "17-famille")
    page.goto("/famille/enfants/ajouter/")
    page.get_by_text("Vous agissez pour la famille").wait_for()
    check(page)
    page.get_by_label("Prénom de l’enfant").fill("Ilyes")
    page.get_by_label("Nom de naissance").fill("Mansouri")
    birth = dt.date(clock.school_year_of(clock.today()) - 6, 5, 4)
    page.get_by_label("Date de naissance").fill(birth.isoformat())
    page.get_by_text("Sa mère", exact=True).click()
    button(page, "Ajouter cet enfant").click()
    page.get_by_text("Ilyes").first.wait_for()
    page.goto("/famille/resume/")
    heading(page, "Mon dossier")
    check(page)
    shot(page, "17-gros-caracteres")
    page.goto("/factures/")
    heading(page, "Pas pendant que vous aidez une famille")
    check(page)
    page.get_by_role("link", name="Revenir à la famille Mansouri").click()
    button(page, "Terminer").click()
    page.get_by_text("La famille reçoit un résumé").wait_for()
    check(page)


def activate(page, check, identifier, code):
    """At home she types what is on the letter, and reads who acted for her."""
    page.goto(reverse("desk_activate"))
    check(page)
    page.get_by_label("Identifiant").fill(identifier)
    page.get_by_label("Code", exact=True).fill(code)
    button(page, "Continuer").click()
    heading(page, "Choisir mon mot de passe")
    page.get_by_label("Mot de passe", exact=True).fill("trois-petits-chats-gris")
    button(page, "Enregistrer et entrer").click()
    page.wait_for_load_state()
    page.goto("/famille/aide/")
    heading(page, "Se faire aider")
    page.get_by_text("Enfant ajouté").wait_for()
    check(page)
    shot(page, "17-qui-a-agi")


@pytest.mark.parametrize("size", SIZES)
def test_a_parent_without_e_mail_gets_an_account_at_the_desk(
    town, open_page, size, sign_in_fast, assert_accessible
):
    page = open_page(size)
    sign_in_fast(page, town.agent)
    identifier, code = welcome(page, assert_accessible)
    act_for_her(page, assert_accessible)
    session = AssistedSession.objects.get()
    assert (session.agent, session.end) == (town.agent, "done")
    hers = open_page(size)
    activate(hers, assert_accessible, identifier, code)
    user = User.objects.get(guardian__family_name="Mansouri")
    assert user.email is None
    assert user.has_usable_password()
    assert Guardian.objects.get(user=user).children.get().given_name == "Ilyes"


def sign(page, check, town):
    """She chooses where, whom, how long and for what, then signs with her password."""
    page.goto("/famille/aide/")
    check(page)
    page.get_by_role("link", name="Choisir une personne").click()
    heading(page, "Qui peut agir pour vous ?")
    check(page)
    page.get_by_text(town.place.name).click()
    button(page, "Continuer").click()
    page.get_by_text("Yasmine").click()
    button(page, "Continuer vers la signature").click()
    page.get_by_text("est à corriger").wait_for()
    check(page)
    page.get_by_text("Yasmine").click()
    page.get_by_text("31 jours").click()
    page.get_by_text("La famille : coordonnées").click()
    page.get_by_text("Les inscriptions à l’école").click()
    page.get_by_text("À l’écran, avec mon mot de passe").click()
    shot(page, "17-mandat-choix")
    button(page, "Continuer vers la signature").click()
    heading(page, "Mandat pour Yasmine")
    check(page)
    page.get_by_label("Votre mot de passe").fill("ce-n-est-pas-le-bon")
    button(page, "Je signe ce mandat").click()
    page.get_by_text("Ce n’est pas votre mot de passe").first.wait_for()
    check(page)
    page.get_by_label("Votre mot de passe").fill(PASSWORD)
    button(page, "Je signe ce mandat").click()
    page.get_by_text("C’est signé").wait_for()
    check(page)
    shot(page, "17-mandat-signe")


@pytest.mark.parametrize("size", SIZES)
def test_a_mandate_from_the_signature_to_the_end_in_the_middle_of_a_session(
    town, open_page, size, sign_in_fast, assert_accessible
):
    person = helper()
    user = UserFactory(given_name="Samira", roles=["guardian"])
    prepare_account(user)
    mother = town.parent(user=user, given_name="Samira", family_name="Benali")
    town.child(mother, given_name="Amel")
    hers, theirs = open_page(size), open_page(size)
    sign_in_fast(hers, user)
    sign(hers, assert_accessible, town)

    sign_in_fast(theirs, person)
    theirs.goto("/")
    theirs.get_by_role("link", name="Familles que j’aide").last.click()
    heading(theirs, "Familles que j’aide")
    assert_accessible(theirs)
    theirs.get_by_role("button", name="Aider maintenant Samira Benali").click()
    heading(theirs, "Famille Benali")
    assert_accessible(theirs)
    shot(theirs, "17-aidant")
    theirs.goto("/inscriptions/nouvelle/")
    theirs.get_by_role("radio", name="Amel").check()
    button(theirs, "Continuer").click()
    heading(theirs, "Pour quelle année")
    assert_accessible(theirs)

    hers.goto("/famille/aide/")
    hers.get_by_text("En cours", exact=True).first.wait_for()
    hers.get_by_role("button", name=re.compile("Arrêter")).click()
    hers.get_by_text("Plus personne n’agit par ce mandat").wait_for()
    assert_accessible(hers)
    hers.get_by_text("Demande d’inscription commencée").wait_for()

    theirs.get_by_role("radio", name=str(town.year)).check()
    button(theirs, "Continuer").click()
    theirs.get_by_text("Le mandat a été arrêté").wait_for()
    assert_accessible(theirs)
    draft = Application.objects.get()
    assert draft.school_year is None, "what was sent after the end is not written"
    assert AssistanceMandate.objects.get().state == "revoked"
    theirs.goto("/famille/mandats/")
    theirs.get_by_text("Aucun mandat en cours").wait_for()
    assert_accessible(theirs)


def scanned():
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "#e7d9b0").save(out, "JPEG")
    return {"name": "formulaire.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize("size", SIZES)
def test_a_paper_form_is_typed_on_one_page(town, open_page, size, sign_in_fast, assert_accessible):
    mother = town.parent(given_name="Samira", family_name="Benali")
    town.child(mother, given_name="Amel")
    page = open_page(size)
    sign_in_fast(page, town.agent)
    page.goto(f"/famille/guichet/{mother.pk}/")
    page.get_by_text("Un dossier papier à saisir").click()
    button(page, "Commencer").click()
    page.get_by_role("link", name=re.compile("Saisir un dossier papier")).click()
    heading(page, "Saisir un dossier papier")
    assert_accessible(page)
    shot(page, "17-papier")
    page.get_by_label("Le papier numérisé").set_input_files(scanned())
    page.get_by_label("Rentrée").select_option(str(town.year.start_year))
    page.get_by_text("Domicile", exact=True).click()
    if size == "desktop":
        # With the keyboard alone: Enter sends the form, and does not look for a street.
        page.get_by_label("Reçu le").press("Enter")
    else:
        page.get_by_role("button", name="Enregistrer et envoyer").last.click()
    page.get_by_text("Il compte depuis le jour de sa réception").wait_for()
    assert_accessible(page)
    made = Application.objects.get()
    assert (made.state, made.paper.entered_by) == ("submitted", town.agent)
