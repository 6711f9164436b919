"""A parent reads all that is held on her, takes a copy, sees who looked, chooses, and leaves."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import pytest

from core import journal
from core.accounts.models import User
from core.accounts.roles import Role
from core.journal import Actor
from core.messaging.models import AddressHealth, MessageChoice
from core.outbox import queue_words
from core.rights.models import DataExport, RightsRequest
from families.models import Guardian, PickupContact
from tests.factories.accounts import UserFactory
from tests.factories.families import ChildFactory, GuardianFactory
from tests.journeys.shots import shot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("live")]


@pytest.fixture
def mother(transactional_db: Any) -> Guardian:
    found = GuardianFactory(given_name="Samira", phone="06 12 34 56 78")
    child = ChildFactory(parents=[found], given_name="Lina")
    PickupContact.objects.create(child=child, added_by=found, name="Mamie Rose", phone="0611")
    cook = UserFactory(given_name="Agathe", roles=[Role.CANTEEN_MANAGER])
    journal.record_reads(Actor(cook), "health_plan", [child], reason="meals")
    for number in range(2):
        queue_words(
            kind="family_choose_payer",
            to=found.user,
            subject=f"Nouvelle {number}",
            body="Bonjour.",
            language="fr",
        )
    return found


@pytest.mark.parametrize("size", ["phone", "no_js"])
def test_a_parent_reads_takes_and_corrects_her_data(
    mother: Guardian, size: str, request: Any, sign_in_fast: Any, assert_accessible: Any
) -> None:
    page = request.getfixturevalue(size)
    sign_in_fast(page, mother.user)
    page.goto("/mes-donnees/")
    assert_accessible(page)
    shot(page, f"16-mes-donnees-{size}")
    page.get_by_role("link", name="Vos coordonnées").click()
    page.get_by_text("06 12 34 56 78").wait_for()
    assert_accessible(page)
    page.goto("/mes-donnees/")
    page.get_by_role("button", name="Préparer ma copie").click()
    page.wait_for_load_state()
    # Without a script one reloads; with one the card looks again by itself.
    if page.get_by_role("link", name="Télécharger la copie").count() == 0:
        assert_accessible(page)
        page.goto("/mes-donnees/")
    with page.expect_download() as arriving:
        page.get_by_role("link", name="Télécharger la copie").click()
    with zipfile.ZipFile(arriving.value.path()) as bundle:
        told = json.loads(bundle.read("donnees.json"))
    headings = [entry["heading"] for section in told["sections"] for entry in section["entries"]]
    assert "Mamie Rose (Lina)" in headings
    page.goto("/mes-donnees/")
    page.get_by_role("link", name="Qui a consulté mon dossier").click()
    page.get_by_text("a consulté le PAI de Lina").wait_for()
    assert "Agathe" not in page.content()
    assert_accessible(page)
    shot(page, f"16-consultations-{size}")
    page.goto("/mes-donnees/corriger/")
    page.get_by_label("Qu’est-ce qui ne va pas ?").fill("Mon nom s’écrit avec deux n.")
    assert_accessible(page)
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.get_by_text("Réponse au plus tard le").wait_for()
    assert_accessible(page)
    assert RightsRequest.objects.get().kind == "rectification"
    assert DataExport.objects.count() == 1


@pytest.mark.parametrize("size", ["phone", "no_js"])
def test_a_parent_reads_messages_and_chooses_what_comes(
    mother: Guardian, size: str, request: Any, sign_in_fast: Any, assert_accessible: Any
) -> None:
    page = request.getfixturevalue(size)
    AddressHealth.objects.create(
        address=str(mother.user.email), hard_bounces=2, failing_since=mother.created_at
    )
    sign_in_fast(page, mother.user)
    page.goto("/messages/")
    page.get_by_text("Vos messages n’arrivent plus.").wait_for()
    assert_accessible(page)
    shot(page, f"16-messages-{size}")
    page.get_by_role("button", name="Mon adresse fonctionne : réessayer").click()
    page.get_by_text("Nous vous écrivons de nouveau").wait_for()
    page.goto("/messages/")
    page.get_by_role("link", name="Nouvelle 1").click()
    page.get_by_role("heading", level=1, name="Nouvelle 1").wait_for()
    assert_accessible(page)
    page.goto("/messages/")
    page.get_by_role("button", name="Tout marquer comme lu").click()
    page.get_by_text("Non lus (0)").wait_for()
    page.get_by_role("link", name="Choisir mes messages").click()
    page.get_by_role("heading", level=1, name="Choisir mes messages").wait_for()
    assert_accessible(page)
    # What always comes is no box to tick: it is told below, with its reason.
    assert page.locator("input[name=email-invoice_reminder]").is_disabled()
    assert not page.locator("input[name=email-invoice_issued]").count()
    page.get_by_text("Les messages toujours envoyés, et pourquoi").click()
    page.get_by_text("Une facture doit vous parvenir.").first.wait_for()
    assert_accessible(page)
    page.locator("input[name=email-payment_received]").uncheck()
    page.locator("input[name=sms-invoice_reminder]").check()
    page.get_by_role("button", name="Enregistrer mes choix").click()
    page.get_by_text("Vos choix sont enregistrés.").wait_for()
    kept = {choice.kind: choice for choice in MessageChoice.objects.filter(user=mother.user)}
    assert not kept["payment_received"].email
    assert kept["invoice_reminder"].sms


def test_an_erasure_is_asked_looked_at_and_done(
    mother: Guardian, phone: Any, new_page: Any, sign_in_fast: Any, assert_accessible: Any
) -> None:
    user = mother.user
    sign_in_fast(phone, user)
    phone.goto("/mes-donnees/effacer/")
    assert_accessible(phone)
    shot(phone, "16-effacement")
    phone.get_by_role("button", name="Demander l’effacement de mes données").click()
    phone.get_by_text("Réponse au plus tard le").wait_for()
    agent = UserFactory(roles=[Role.ENROLMENT_AGENT])
    desk = new_page("desktop")
    sign_in_fast(desk, agent)
    desk.goto("/demandes-donnees/")
    assert_accessible(desk)
    desk.get_by_role("link", name=f"Effacement {user}", exact=True).click()
    desk.get_by_role("heading", level=2, name="Ce qui se passera").wait_for()
    assert_accessible(desk)
    shot(desk, "16-effacement-agent")
    desk.get_by_role("button", name="Effacer maintenant").click()
    desk.get_by_text("Les données sont effacées").wait_for()
    assert User.objects.get(pk=user.pk).get_full_name() == "Compte effacé"
    assert Guardian.objects.get(pk=mother.pk).phone == ""
    phone.goto("/mes-donnees/")
    phone.get_by_role("heading", level=1, name="Se connecter").wait_for()


def test_administrators_see_how_long_things_are_kept(
    desktop: Any, sign_in_fast: Any, assert_accessible: Any, transactional_db: Any
) -> None:
    sign_in_fast(desktop, UserFactory(roles=[Role.ADMINISTRATOR]))
    desktop.goto("/conservation/")
    assert_accessible(desktop)
    desktop.get_by_role("button", name="Compter ce qui partirait").click()
    desktop.get_by_text("Le comptage est demandé").wait_for()
    desktop.goto("/conservation/")
    shot(desktop, "16-conservation")
    desktop.get_by_role("link", name="Repas réservés et pointés").click()
    desktop.get_by_role("heading", level=2, name="Décider une autre durée").wait_for()
    assert_accessible(desktop)
    desktop.goto("/famille/a-prevenir-par-courrier/")
    desktop.get_by_role("heading", level=1, name="À prévenir par courrier").wait_for()
    assert_accessible(desktop)
