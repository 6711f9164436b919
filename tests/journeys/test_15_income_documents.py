"""Step 15: a quotient from photos or from the CAF, and one paper that serves twice."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.accounts.roles import Role
from core.documents import Document
from families.models import IncomeFile, IncomeRule, QuotientRequest
from tests.factories.accounts import UserFactory
from tests.factories.payments import TariffFactory
from tests.factories.registration import build_town
from tests.families.caf import Caf
from tests.journeys.shots import shot


@pytest.fixture
def town(live, settings, tmp_path):
    """A parent with two children, prices, and the council's vote."""
    settings.PRIVATE_ROOT = tmp_path
    TariffFactory()
    IncomeRule.objects.create(valid_from=dt.date(2020, 9, 1), resolution="2020-17", remind_days=0)
    town = build_town()
    town.mother = town.parent(given_name="Nadia", family_name="Benali")
    town.revenue = UserFactory(roles=[Role.REVENUE_OFFICER])
    return town


@pytest.fixture
def caf(settings):
    running = Caf()
    running.ask("files", **{"BENALI NADIA": 742})
    settings.QUOTIENT_API_BASE, settings.QUOTIENT_API_TOKEN = running.url, "essai"
    settings.QUOTIENT_API_RECIPIENT = "21130055300016"
    yield running
    running.stop()


def photo(number: int, colour: str = "lightgray") -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), colour).save(out, "JPEG")
    return {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_three_photos_taken_one_by_one_become_the_proof_an_agent_checks(
    town, phone, new_page, sign_in_fast, assert_accessible
):
    sign_in_fast(phone, town.mother.user)
    phone.goto("/famille/quotient/")
    assert_accessible(phone)
    expect(phone.get_by_text("6,00")).to_be_visible()
    shot(phone, "15-sans-quotient")
    phone.get_by_role("link", name="Calculer mon quotient").click()
    assert_accessible(phone)
    phone.get_by_label("Revenu fiscal de référence").fill("18 450")
    phone.get_by_label("Nombre de parts").fill("2,5")
    for number in range(3):
        phone.locator("input[type=file]").set_input_files(photo(number))
    expect(phone.locator(".pages li")).to_have_count(4)
    phone.get_by_role("button", name="Retirer Page 2").click()
    expect(phone.locator(".pages li")).to_have_count(3)
    phone.locator("input[type=file]").set_input_files(photo(3, "khaki"))
    assert_accessible(phone)
    shot(phone, "15-trois-photos")
    phone.get_by_role("button", name="Envoyer ma déclaration").click()
    phone.get_by_text("Votre quotient calculé est de 615").wait_for()
    phone.wait_for_url("**/famille/quotient/")
    assert_accessible(phone)
    shot(phone, "15-en-verification")
    document = Document.objects.get()
    assert (document.content_type, document.pages) == ("application/pdf", 3)

    agent = new_page("desktop")
    sign_in_fast(agent, town.agent)
    agent.goto("/famille/quotients/")
    assert_accessible(agent)
    agent.get_by_role("link", name="Vérifier").last.click()
    assert_accessible(agent)
    expect(agent.get_by_text("3 pages")).to_be_visible()
    shot(agent, "15-controle")
    opened = agent.request.get(document.get_absolute_url())
    assert opened.body().startswith(b"%PDF-")
    agent.get_by_role("button", name="Enregistrer ce quotient").click()
    agent.get_by_text("Quotient enregistré").wait_for()
    assert not Document.objects.exists()
    assert agent.request.get(document.get_absolute_url()).status == 404

    phone.reload()
    expect(phone.get_by_text("615 €").first).to_be_visible()
    assert_accessible(phone)
    shot(phone, "15-verifie")


def test_a_mistake_is_told_beside_its_field_and_a_refusal_can_be_answered(
    town, phone, new_page, sign_in_fast, assert_accessible
):
    sign_in_fast(phone, town.mother.user)
    phone.goto("/famille/quotient/attestation/")
    phone.get_by_label("Quotient familial").fill("640")
    hidden = {"name": "facture.pdf", "mimeType": "application/pdf"}
    phone.locator("input[type=file]").set_input_files({**photo(1), **hidden})
    phone.get_by_role("button", name="Envoyer ma déclaration").click()
    phone.get_by_role("alert").get_by_text("c’est une image").wait_for()
    assert_accessible(phone)
    phone.locator("input[type=file]").set_input_files(photo(1))
    phone.get_by_role("button", name="Envoyer ma déclaration").click()
    phone.get_by_text("Un agent va vérifier votre attestation").wait_for()

    agent = new_page("desktop")
    sign_in_fast(agent, town.revenue)
    agent.goto(f"/famille/quotients/{IncomeFile.objects.get().pk}/")
    agent.get_by_text("Refuser cette déclaration").click()
    agent.get_by_label("La pièce est illisible.").check()
    agent.get_by_role("button", name="Refuser", exact=True).click()
    agent.get_by_text("La famille est prévenue").wait_for()
    agent.goto("/famille/quotients/regles/")
    assert_accessible(agent)
    shot(agent, "15-regles")

    phone.goto("/famille/quotient/")
    expect(phone.get_by_text("La pièce est illisible.").first).to_be_visible()
    assert_accessible(phone)
    shot(phone, "15-refusee")


def test_without_script_two_photos_chosen_together_do_the_same(
    town, no_js, sign_in_fast, assert_accessible
):
    sign_in_fast(no_js, town.mother.user)
    no_js.goto("/famille/quotient/attestation/")
    no_js.get_by_label("Quotient familial").fill("640")
    no_js.locator("input[type=file]").set_input_files([photo(1), photo(2)])
    no_js.get_by_role("button", name="Envoyer ma déclaration").click()
    no_js.get_by_text("Un agent va vérifier votre déclaration").wait_for()
    assert_accessible(no_js)
    assert Document.objects.get().pages == 2


def test_the_caf_answers_while_one_waits(town, caf, phone, sign_in_fast, assert_accessible):
    sign_in_fast(phone, town.mother.user)
    phone.goto("/famille/quotient/")
    phone.get_by_role("link", name="Demander à la CAF").click()
    assert_accessible(phone)
    shot(phone, "15-caf")
    phone.get_by_label("Votre date de naissance").fill("1987-06-27")
    phone.get_by_label("Féminin").check()
    expect(phone.get_by_label("Code du pays de naissance")).to_be_hidden()
    phone.get_by_label("Commune de naissance").fill("Marseille")
    phone.get_by_label("Département de naissance").fill("13")
    phone.get_by_label("J’accepte que la ville").check()
    caf.ask("faults", down=1)
    phone.get_by_role("button", name="Demander mon quotient").click()
    phone.get_by_text("Votre demande est gardée").wait_for()
    assert_accessible(phone)
    shot(phone, "15-caf-attente")
    request = QuotientRequest.objects.get()
    assert (request.state, request.attempts) == ("asked", 1)
    QuotientRequest.objects.update(next_try_at=request.created_at)
    from families.actions import quotients

    assert quotients.sweep() == 1
    phone.get_by_text("La réponse est arrivée").wait_for()
    phone.get_by_role("link", name="Voir mon quotient").click()
    expect(phone.get_by_text("742 €").first).to_be_visible()
    assert_accessible(phone)


def test_a_paper_serves_both_children_and_is_kept_in_my_documents(
    town, phone, sign_in_fast, assert_accessible
):
    first, second = (
        town.draft(town.mother, town.child(town.mother, given_name=name))
        for name in ("Lina", "Noé")
    )
    sign_in_fast(phone, town.mother.user)
    phone.goto(f"/inscriptions/{first.reference}/etape/pieces/")
    phone.get_by_label("Type de pièce").select_option("domicile")
    phone.locator("input[type=file]").set_input_files(photo(1))
    phone.get_by_role("button", name="Envoyer cette pièce").click()
    phone.get_by_text("Votre pièce est bien arrivée").wait_for()
    phone.goto(f"/inscriptions/{second.reference}/etape/pieces/")
    assert_accessible(phone)
    shot(phone, "15-reutiliser")
    phone.get_by_role("button", name="Utiliser ce document").click()
    phone.get_by_text("Ce document sert aussi à cette demande").wait_for()
    assert_accessible(phone)
    phone.goto("/documents/")
    expect(phone.get_by_text(first.reference)).to_be_visible()
    expect(phone.get_by_text(second.reference)).to_be_visible()
    assert_accessible(phone)
    shot(phone, "15-mes-documents")
    phone.get_by_role("link", name="Remplacer").click()
    assert_accessible(phone)
    phone.locator("input[type=file]").set_input_files(photo(2))
    phone.get_by_role("button", name="Envoyer", exact=True).click()
    phone.get_by_text("a pris la place de l’ancien").wait_for()
    assert Document.objects.count() == 1
