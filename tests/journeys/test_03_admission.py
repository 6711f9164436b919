"""Step 3: an agent decides, anybody checks the certificate, the head admits the child."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from enrolment.registration.actions import family
from enrolment.registration.models import Application, Certificate
from enrolment.schools.models import RollEntry
from tests.factories.registration import build_town
from tests.journeys.shots import shot


@pytest.fixture
def town(live):
    """A school with two applications, one of which asks for a waiver."""
    town = build_town()
    town.mother = town.parent(given_name="Samira")
    town.amel = town.child(town.mother, given_name="Amel", family_name="Haddad")
    town.made = town.sent(town.mother, town.amel)
    parent = town.parent()
    draft = town.draft(parent, town.child(parent, given_name="Nino"))
    by = town.by(parent.user)
    family.choose_school(by=by, application=draft, school=town.other, motive="siblings")
    town.waived = family.submit(by=by, application=draft)
    return town


def picture():
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "#c9d9e0").save(out, "JPEG")
    return {"name": "facture.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def ask_for_more(page, town, check):
    page.goto("/")
    page.get_by_role("link", name="Demandes d’inscription").click()
    page.get_by_role("heading", level=1, name="Demandes d’inscription").wait_for()
    check(page)
    shot(page, "03-file")
    page.get_by_role("link", name="Amel Haddad").click()
    check(page)
    page.get_by_role("button", name="Prendre ce dossier").click()
    page.get_by_text("Ce dossier est à votre nom").wait_for()
    page.get_by_text("Demander une pièce de plus").click()
    page.get_by_role("button", name="Demander à la famille").click()
    page.get_by_text("Un point est à corriger").wait_for()
    check(page)
    page.get_by_label("Pièce à demander").select_option("domicile")
    page.get_by_label("Message à la famille").fill("Un justificatif de cette année, merci.")
    page.get_by_role("button", name="Demander à la famille").click()
    page.get_by_text("La famille est prévenue").wait_for()


def answer(page, check):
    page.goto("/")
    page.get_by_role("link", name="Une pièce manque pour Amel").click()
    page.get_by_text("Un justificatif de cette année, merci.").first.wait_for()
    check(page)
    shot(page, "03-piece-demandee")
    page.get_by_label("Votre document").set_input_files(picture())
    page.get_by_role("button", name="Envoyer cette pièce").click()
    page.get_by_text("Votre pièce est bien arrivée").wait_for()
    check(page)


def decide(page, town, check):
    page.goto(f"/inscriptions/dossiers/{town.made.reference}/")
    page.locator("img.proof").wait_for()
    page.locator("select[name=result]").first.select_option("good")
    page.get_by_role("button", name="Noter").first.click()
    page.get_by_text("Le contrôle est noté").wait_for()
    check(page)
    shot(page, "03-dossier")
    page.get_by_role("button", name="Délivrer le certificat").click()
    page.get_by_text("Le certificat d’inscription est délivré").wait_for()
    check(page)


def refuse_waiver(page, town, check):
    page.goto("/inscriptions/derogations/")
    check(page)
    shot(page, "03-derogations")
    page.get_by_role("link", name="Nino").click()
    page.get_by_text("La refuser").click()
    page.get_by_label("Motif du refus").first.select_option("full")
    page.get_by_label("Explication à la famille").fill("Plus de place en CP.")
    shot(page, "03-derogation")
    page.get_by_role("button", name="Enregistrer la décision").click()
    page.get_by_text("La décision est enregistrée").wait_for()
    check(page)


def verify(page, check):
    page.goto("/inscriptions/verifier/")
    check(page)
    page.get_by_label("Code du certificat").fill(Certificate.objects.get().code.lower())
    page.get_by_role("button", name="Vérifier").click()
    page.get_by_text("Ce certificat est authentique").wait_for()
    check(page)
    shot(page, "03-verifier")


def admit(page, town, check):
    page.goto("/")
    page.get_by_role("link", name="Enfants à admettre").click()
    check(page)
    shot(page, "03-admissions")
    page.get_by_role("link", name="Admettre Amel").click()
    page.get_by_role("heading", level=1, name="Admettre Amel").wait_for()
    check(page)
    page.get_by_text("Pas encore : admission provisoire").click()
    page.get_by_text("CP A").click()
    shot(page, "03-admission")
    page.get_by_role("button", name="Admettre l’enfant").click()
    page.get_by_text("est admis·e").wait_for()
    check(page)
    page.get_by_role("button", name="Vaccinations vues").click()
    page.get_by_text("Admission définitive pour").wait_for()
    page.goto("/ecoles/eleves/")
    check(page)
    shot(page, "03-eleves")
    page.get_by_role("link", name="Ouvrir Amel").click()
    check(page)
    page.goto(f"/ecoles/{town.school.uai}/eleves/imprimer/")
    check(page)
    answer = page.request.get(f"{page.context.escale_url}/ecoles/{town.school.uai}/eleves/excel/")
    assert answer.body().startswith(b"PK")


@pytest.mark.parametrize("size", ["desktop", "phone", "no_js"])
def test_from_the_work_queue_to_the_class(town, open_page, sign_in_fast, assert_accessible, size):
    check = assert_accessible
    agent = open_page(size)
    sign_in_fast(agent, town.agent)
    ask_for_more(agent, town, check)
    parent = open_page(size)
    sign_in_fast(parent, town.mother.user)
    answer(parent, check)
    decide(agent, town, check)
    refuse_waiver(agent, town, check)
    parent.goto(f"/inscriptions/{town.made.reference}/")
    check(parent)
    shot(parent, "03-certificat")
    pdf = parent.request.get(
        f"{parent.context.escale_url}/inscriptions/{town.made.reference}/certificat.pdf"
    )
    assert pdf.body().startswith(b"%PDF")
    visitor = open_page(size)
    verify(visitor, check)
    head = open_page(size)
    sign_in_fast(head, town.head)
    admit(head, town, check)
    entry = RollEntry.objects.get(child=town.amel)
    assert entry.class_group == town.group
    assert Application.objects.get(pk=town.made.pk).state == "admitted"
    parent.goto("/famille/")
    parent.get_by_text(town.school.name).first.wait_for()
    check(parent)
    shot(parent, "03-famille")


def test_agents_keep_the_map_and_check_quotients(town, desktop, sign_in_fast, assert_accessible):
    from families.actions.income import declare_income

    declare_income(
        by=town.by(town.mother.user), household=town.mother.household, quotient=640, proof=None
    )
    sign_in_fast(desktop, town.agent)
    for path, name in (
        ("/ecoles/secteurs/", "03-secteurs"),
        (f"/ecoles/secteurs/{town.year.start_year}/ajouter/", "03-troncon"),
        ("/ecoles/secteurs/importer/", "03-importer"),
        ("/famille/quotients/", "03-quotients"),
    ):
        desktop.goto(path)
        assert_accessible(desktop)
        shot(desktop, name)
    desktop.get_by_role("link", name="Vérifier").last.click()
    assert_accessible(desktop)
    shot(desktop, "03-quotient")
    desktop.get_by_role("button", name="Enregistrer ce quotient").click()
    desktop.get_by_text("Quotient enregistré").wait_for()
    assert_accessible(desktop)
