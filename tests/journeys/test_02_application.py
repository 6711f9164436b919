"""Step 2: a parent asks for a school place, one question a page, and follows it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from core.outbox import Message
from enrolment.registration.models import Application, Waiver
from tests.factories.registration import build_town
from tests.journeys.shots import shot


@pytest.fixture
def town(live):
    """A school, its street, a parent and a child."""
    town = build_town()
    town.mother = town.parent(given_name="Samira")
    town.amel = town.child(town.mother, given_name="Amel")
    return town


def picture():
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "#e7d9b0").save(out, "JPEG")
    return {"name": "livret.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def go_on(page):
    page.get_by_role("button", name="Continuer").click()


def fill_in(page, town, check):
    page.goto("/famille/")
    page.get_by_role("link", name="Inscrire à l’école").first.click()
    check(page)
    page.get_by_role("radio", name="Amel").check()
    shot(page, "02-enfant")
    go_on(page)
    page.get_by_role("heading", level=1, name="Pour quelle année").wait_for()
    check(page)
    go_on(page)
    page.get_by_text("Un point est à corriger").wait_for()
    page.get_by_role("radio", name=str(town.year)).check()
    shot(page, "02-annee")
    go_on(page)
    page.get_by_role("heading", level=1, name="Amel entre en CP").wait_for()
    check(page)
    shot(page, "02-niveau")
    go_on(page)
    page.get_by_role("heading", level=1, name="Habitez-vous toujours ici").wait_for()
    check(page)
    shot(page, "02-adresse")
    page.get_by_role("button", name="Oui, chercher mon école").click()
    page.get_by_role("heading", level=1, name=town.school.name).wait_for()
    check(page)


def add_documents(page, check):
    page.get_by_role("heading", level=1, name="Vos pièces").wait_for()
    page.get_by_role("button", name="Je l’atteste sur l’honneur : Domicile").click()
    page.get_by_text("Votre attestation est enregistrée").wait_for()
    page.get_by_label("Type de pièce").select_option("child_identity")
    page.get_by_label("Votre document").set_input_files(
        {"name": "virus.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00not a pdf"}
    )
    page.get_by_role("button", name="Envoyer cette pièce").click()
    page.get_by_text("point est à corriger").wait_for()
    check(page)
    page.get_by_label("Type de pièce").select_option("child_identity")
    page.get_by_label("Votre document").set_input_files(picture())
    page.get_by_role("button", name="Envoyer cette pièce").click()
    page.get_by_text("Votre pièce est bien arrivée").wait_for()
    check(page)
    shot(page, "02-pieces")
    page.get_by_role("link", name="Continuer sans les pièces qui manquent").click()


def send(page, check):
    page.get_by_role("heading", level=1, name="Vérifiez vos réponses").wait_for()
    check(page)
    page.get_by_label("Je certifie").check()
    shot(page, "02-verifier")
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.get_by_text("Votre demande est envoyée").wait_for()
    check(page)
    shot(page, "02-suivi")


@pytest.mark.parametrize("size", ["phone", "desktop", "no_js"])
def test_a_parent_applies_for_a_place(town, request, sign_in_fast, assert_accessible, size):
    page = request.getfixturevalue(size)
    page.emulate_media(reduced_motion="reduce")
    sign_in_fast(page, town.mother.user)
    fill_in(page, town, assert_accessible)
    shot(page, "02-ecole")
    go_on(page)
    add_documents(page, assert_accessible)
    send(page, assert_accessible)
    made = Application.objects.get()
    assert (made.state, made.level, made.requested_school) == ("submitted", "CP", town.school)
    assert {p.kind for p in made.proofs.all()} == {"domicile", "child_identity"}
    assert Message.objects.filter(kind="registration_submitted").count() == 1
    # Going back and sending again changes nothing.
    page.goto(f"/inscriptions/{made.reference}/etape/verifier/")
    page.get_by_role("heading", level=1, name="Inscription : Amel").wait_for()
    page.goto("/inscriptions/")
    assert_accessible(page)
    shot(page, "02-demandes")


def test_another_school_is_a_waiver_and_an_application_can_be_withdrawn(
    town, desktop, sign_in_fast, assert_accessible
):
    sign_in_fast(desktop, town.mother.user)
    fill_in(desktop, town, assert_accessible)
    desktop.get_by_text("Je demande une autre école").click()
    go_on(desktop)
    desktop.get_by_text("2 points sont à corriger").wait_for()
    assert_accessible(desktop)
    desktop.get_by_label("Autre école", exact=True).select_option(label=town.other.name)
    desktop.get_by_text("Travail des parents").click()
    shot(desktop, "02-derogation")
    go_on(desktop)
    desktop.get_by_role("link", name="Continuer sans les pièces").click()
    send(desktop, assert_accessible)
    assert Waiver.objects.get().motive == "work"
    desktop.get_by_role("link", name="Retirer cette demande").click()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="Retirer ma demande").click()
    desktop.get_by_text("Votre demande est retirée").wait_for()
    assert_accessible(desktop)
    assert Application.objects.get().state == "withdrawn"


def test_anybody_finds_the_school_of_an_address(town, phone, no_js, assert_accessible):
    for page in (phone, no_js):
        page.goto("/ecoles/")
        assert_accessible(page)
        shot(page, "02-ecoles")
        page.get_by_role("link", name="Quelle école pour mon adresse").click()
        page.get_by_label("Nom de la voie", exact=True).fill("tamaris")
        if not page.context.scripts_on:
            page.get_by_role("button", name="Chercher la voie").click()
        page.get_by_role("radio", name="Rue des Tamaris").check()
        page.get_by_label("Numéro", exact=True).fill("12")
        page.get_by_role("button", name="Trouver mon école").click()
        page.get_by_role("link", name=town.school.name).wait_for()
        assert_accessible(page)
        shot(page, "02-mon-ecole")
        page.get_by_role("link", name=town.school.name).click()
        page.get_by_role("heading", level=1, name=town.school.name).wait_for()
        assert_accessible(page)
