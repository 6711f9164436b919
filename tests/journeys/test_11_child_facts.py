"""A child's care: said by a parent, also without scripts; read by the head, with a reason."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from PIL import Image

from core import clock
from core.journal import JournalEntry
from families.models import (
    EmergencyContact,
    Guardian,
    HealthCarePlan,
    HomeAddress,
    PhotoAnswer,
    PickupContact,
    SchoolQuestion,
    SituationReport,
)
from tests.factories.registration import build_town
from tests.factories.schools import RollEntryFactory
from tests.journeys.shots import shot


@pytest.fixture
def family(live):
    """A mother and a father apart; their child attends the school of the street."""
    town = build_town()
    mother, father = town.parent(), town.parent(given_name="Karim")
    child = town.child(mother, father, given_name="Amel")
    RollEntryFactory(child=child, class_group=town.group, level="CP")
    HomeAddress.objects.create(
        household=mother.household,
        street=town.street,
        number=12,
        starts_on=clock.today() - dt.timedelta(days=300),
        applied_at=clock.now(),
    )
    return town, mother, father, child


def photograph():
    held = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(held, "JPEG")
    return {"name": "pai.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def name_people(page, check, child):
    page.get_by_role("link", name="Autoriser quelqu’un").click()
    page.get_by_label("Prénom et nom").fill("Yvonne Martin")
    page.get_by_label("Téléphone").fill("06 11 22 33 44")
    check(page)
    page.get_by_role("button", name="Autoriser cette personne").click()
    page.get_by_text("Yvonne Martin peut venir chercher").wait_for()
    page.get_by_role("link", name="Modifier Yvonne Martin").click()
    page.get_by_label("Téléphone").fill("06 99 88 77 66")
    check(page)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("heading", level=1, name="Amel").wait_for()
    check(page)
    shot(page, "11-enfant")
    page.get_by_role("link", name="En cas d’urgence").click()
    page.get_by_label("Prénom et nom").fill("Ahmed Sayed")
    page.get_by_label("Téléphone").fill("06 55 44 33 22")
    page.get_by_role("button", name="Ajouter cette personne").click()
    page.get_by_text("L’école peut appeler Ahmed Sayed").wait_for()
    check(page)
    shot(page, "11-urgence")
    page.get_by_role("link", name=child.given_name, exact=True).click()


def answer_photos(page, check, child):
    page.get_by_role("link", name="Photos").click()
    page.get_by_role("button", name="Enregistrer mes réponses").click()
    page.get_by_text("points sont à corriger").wait_for()
    check(page)
    for use, answer in (("class", "Oui"), ("city_web", "Oui"), ("press", "Non")):
        group = page.locator(f"fieldset:has(input[name={use}])")
        group.get_by_text(answer, exact=True).click()
    page.get_by_role("button", name="Enregistrer mes réponses").click()
    page.get_by_text("Vos réponses sont enregistrées").wait_for()
    check(page)
    shot(page, "11-photos")
    page.get_by_role("link", name=child.given_name, exact=True).click()


def hand_in_plan(page, check, child):
    page.get_by_role("link", name="Santé et repas").click()
    check(page)
    page.get_by_role("link", name="Déposer un PAI").click()
    page.locator("input[type=file]").set_input_files([photograph()])
    page.get_by_text("Arachides", exact=True).click()
    page.get_by_label("Que faire en cas d’urgence ?").fill("Stylo d’adrénaline, puis le 15")
    check(page)
    shot(page, "11-pai")
    page.get_by_role("button", name="Déposer", exact=True).click()
    page.get_by_text("L’école doit encore confirmer").wait_for()
    check(page)
    page.get_by_text("Lait", exact=True).click()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("C’est noté").wait_for()
    page.get_by_role("link", name=child.given_name, exact=True).click()


def move_house(page, check):
    page.goto("/famille/adresse/")
    page.get_by_label("Numéro", exact=True).fill("40")
    page.get_by_label("Depuis ou à partir du").fill(clock.today().isoformat())
    check(page)
    page.get_by_role("button", name="Enregistrer mon adresse").click()
    page.get_by_role("heading", level=1, name="et l’école").wait_for()
    check(page)
    shot(page, "11-ecole")
    page.get_by_text("Reste dans son école").click()
    page.get_by_role("button", name="Enregistrer mes réponses").click()
    page.get_by_text("rien ne change à l’école").wait_for()


def report_change(page, check, child):
    page.goto(f"/famille/enfants/{child.reference}/changement/")
    page.get_by_text("Un parent ou responsable est décédé").click()
    page.get_by_label("En quelques mots").fill("Son père est décédé.")
    check(page)
    page.get_by_role("button", name="Envoyer").click()
    page.get_by_text("Un agent s’en occupe").wait_for()


@pytest.mark.parametrize("size", ["phone", "no_js"])
def test_a_parent_says_what_the_school_must_know(
    family, open_page, sign_in_fast, assert_accessible, size
):
    town, mother, _father, child = family
    page = open_page(size)
    sign_in_fast(page, mother.user)
    page.goto(f"/famille/enfants/{child.reference}/")
    assert_accessible(page)
    name_people(page, assert_accessible, child)
    answer_photos(page, assert_accessible, child)
    hand_in_plan(page, assert_accessible, child)
    move_house(page, assert_accessible)
    report_change(page, assert_accessible, child)
    assert PickupContact.objects.get(ends_on=None).phone == "06 99 88 77 66"
    assert EmergencyContact.objects.get().name == "Ahmed Sayed"
    assert PhotoAnswer.objects.filter(allowed=True).count() == 2
    assert HealthCarePlan.objects.get().allergens == ["peanuts"]
    assert SchoolQuestion.objects.get().answer == "stays"
    assert SituationReport.objects.get().child == child
    assert town.school.roll.get(child=child).left_on is None


def test_the_head_reads_with_a_reason_and_the_agent_records_a_death(
    family, desktop, new_page, sign_in_fast, assert_accessible
):
    from core.journal import Actor
    from families.actions.health import hand_in_plan as hand_in
    from families.actions.situations import report_situation

    town, mother, father, child = family
    by = Actor(mother.user)
    hand_in(
        by=by,
        guardian=mother,
        child=child,
        allergens=["peanuts"],
        instructions="Stylo d’adrénaline, puis le 15",
        emergency_kit="",
        brings_packed_lunch=False,
        starts_on=clock.today(),
    )
    report_situation(by=by, guardian=mother, child=child, kind="death", words="Hier soir.")
    phone = new_page("phone")
    sign_in_fast(phone, town.head)
    phone.goto("/famille/fiches/")
    assert_accessible(phone)
    phone.get_by_role("link", name="Ouvrir Amel").click()
    assert "adrénaline" not in phone.content()
    assert phone.locator("input[type=radio]:checked").count() == 0
    assert_accessible(phone)
    phone.get_by_text("Urgence", exact=True).click()
    phone.get_by_role("button", name="Ouvrir la fiche").click()
    phone.get_by_text("Stylo d’adrénaline").wait_for()
    assert_accessible(phone)
    shot(phone, "11-fiche")
    phone.get_by_role("button", name="confirmer").click()
    phone.get_by_text("Le PAI est confirmé").wait_for()
    phone.get_by_role("link", name="Liste de sortie").click()
    assert_accessible(phone)
    assert JournalEntry.objects.filter(verb="read.health_plan", reason="emergency").count() == 1

    sign_in_fast(desktop, town.agent)
    desktop.goto("/famille/situations/")
    assert_accessible(desktop)
    desktop.get_by_role("link", name="Ouvrir Amel").click()
    desktop.get_by_text("Hier soir.").wait_for()
    assert_accessible(desktop)
    shot(desktop, "11-situation")
    name = f"Enregistrer un changement : {father.full_name}"
    desktop.get_by_role("link", name=name).click()
    assert_accessible(desktop)
    desktop.get_by_text("Est décédé").click()
    desktop.get_by_label("À partir du").fill(clock.today().isoformat())
    desktop.get_by_role("button", name="Enregistrer").click()
    desktop.get_by_text("C’est enregistré").wait_for()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="C’est traité").click()
    desktop.get_by_text("La famille est prévenue").wait_for()
    assert_accessible(desktop)
    assert Guardian.objects.get(pk=father.pk).died_on == clock.today()
    desktop.goto("/famille/demenagements/")
    assert_accessible(desktop)
