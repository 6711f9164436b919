"""Step 8: accounts and cards from the teacher, three pictures, fractions found and kept."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from core import clock
from core.accounts.roles import Role
from core.seeding import SMALL, SeedContext
from resources.catalogue import indexing, seeding
from resources.catalogue.models import Favourite, Resource
from resources.workspace import credentials
from resources.workspace.models import PupilAccount
from tests.factories.accounts import UserFactory
from tests.factories.schools import ClassGroupFactory, RollEntryFactory
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Adèle", "Bilal", "Chloé", "Diego", "Elif", "Farah", "Gaspard", "Hana", "Lina")


@pytest.fixture
def catalogue(request: pytest.FixtureRequest, live: Any, settings: Any, tmp_path: Path) -> None:
    """Fill the catalogue with its 1,800 resources, unless told fewer, and build the index."""
    settings.SEARCH_INDEX_ROOT = tmp_path / "search"
    seeding.seed(
        SeedContext(
            scale=replace(SMALL, resources=getattr(request, "param", SMALL.resources)),
            seed=3,
            today=clock.today(),
            quick_password="",
            progress=lambda *_parts: None,
        )
    )
    assert indexing.refresh() or indexing.engine().ready()
    indexing.engine()._looked_at = float("-inf")


@pytest.fixture
def school(catalogue: None, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A class of nine, its teacher, and the secrets of cards as they are drawn."""
    group = ClassGroupFactory(name="CM1 A")
    teacher = UserFactory(given_name="Claire", roles=[(Role.TEACHER, group.school.uai)])
    group.teachers.add(teacher)
    entries = {name: RollEntryFactory(class_group=group, child__given_name=name) for name in NAMES}
    tokens: list[str] = []
    draw = credentials.new_token

    def remember() -> str:
        tokens.append(draw())
        return tokens[-1]

    monkeypatch.setattr(credentials, "new_token", remember)
    return SimpleNamespace(group=group, teacher=teacher, entries=entries, tokens=tokens)


def card_of(school: SimpleNamespace, name: str) -> str:
    """Return the address on a pupil's card, as its QR code holds it."""
    account = PupilAccount.objects.get(child=school.entries[name].child)
    token = next(t for t in school.tokens if credentials.card_digest(t) == account.card_digest)
    return reverse("workspace:card", kwargs={"token": token})


def activate_and_print(page: Any, school: SimpleNamespace) -> None:
    page.goto(reverse("workspace:classes"))
    assert_accessible(page)
    page.get_by_role("link", name="CM1 A").click()
    assert_accessible(page)
    page.get_by_role("button", name="Activer ces 9 comptes").click()
    assert_accessible(page)
    page.get_by_label("J'ai présenté la charte").check()
    page.get_by_role("button", name="Activer", exact=True).click()
    page.get_by_text("9 comptes activés. Il reste à imprimer les cartes.").first.wait_for()
    assert_accessible(page)
    page.get_by_role("button", name="Imprimer les cartes").first.click()
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Créer le PDF").click()
    reader = PdfReader(BytesIO(Path(download.value.path()).read_bytes()))
    assert len(reader.pages) == 2, "eight to a sheet"
    assert "Lina" in " ".join(sheet.extract_text() for sheet in reader.pages)


def touch(page: Any, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name).click()


def enter(page: Any, school: SimpleNamespace, *, first_time: bool) -> None:
    page.goto(card_of(school, "Lina"))
    page.wait_for_url("**" + reverse("workspace:code"))
    expect(page.get_by_role("heading", name="Bonjour Lina !").first).to_be_visible()
    assert_accessible(page)
    pictures = ("le chat", "le bateau", "l'étoile")
    if first_time:
        touch(page, *pictures)
        expect(page.get_by_text("Encore une fois").first).to_be_visible()
    else:
        touch(page, "la lune", "le chat", "la fleur")
        expect(page.get_by_role("alert").get_by_text("Ce n'est pas ton code").first).to_be_visible()
        assert_accessible(page)
    touch(page, *pictures)
    page.wait_for_url("**" + reverse("workspace:my_class"))
    assert_accessible(page)


def search_and_keep(page: Any) -> str:
    page.get_by_role("link", name="Chercher", exact=True).click()
    assert_accessible(page)
    page.get_by_label("Écris ce que tu cherches").fill("fractions CM1")
    page.get_by_role("button", name="Chercher").click()
    page.wait_for_url("**q=fractions**")
    page.locator("#titre-resultats", has_text="ressources").wait_for()
    expect(page.get_by_role("link", name="CM1 retirer ce filtre").first).to_be_visible()
    assert_accessible(page)
    games = page.get_by_role("checkbox", name="Jeu éducatif")
    wanted = int(page.locator("label", has=games).locator(".facet__count").inner_text())
    games.check()
    if page.context.scripts_on:
        page.wait_for_url("**type=jeu**")
    else:
        page.get_by_role("button", name="Choisir").click()
    page.get_by_role("link", name="Jeu éducatif retirer ce filtre").wait_for()
    assert wanted > 0
    expect(page.locator(".resource-card")).to_have_count(wanted)
    page.locator(".resource-card h3 a").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    assert_accessible(page)
    page.get_by_role("button", name="Garder").first.click()
    page.locator("button[aria-pressed=true]").first.wait_for()
    page.get_by_role("button", name="Ouvrir la ressource").click()
    assert_accessible(page)
    page.goto(reverse("catalogue:favourites"))
    expect(page.get_by_role("link", name=title)).to_have_count(1)
    assert_accessible(page)
    return str(title)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_class_gets_its_cards_and_a_pupil_keeps_a_resource(
    school: SimpleNamespace, new_page: Any, sign_in: Any, size: str
) -> None:
    teacher = new_page("desktop")
    sign_in(teacher, school.teacher)
    activate_and_print(teacher, school)
    tablet = new_page(size)
    enter(tablet, school, first_time=True)
    title = search_and_keep(tablet)
    kept = Favourite.objects.get()
    assert kept.resource.title == title
    assert Resource.objects.get(pk=kept.resource_id).uses.get().count == 1
    enter(new_page(size), school, first_time=False)


def test_all_of_it_works_without_script(
    school: SimpleNamespace, no_js: Any, new_page: Any, sign_in_fast: Any
) -> None:
    sign_in_fast(no_js, school.teacher)
    activate_and_print(no_js, school)
    child = new_page("desktop", java_script_enabled=False)
    enter(child, school, first_time=True)
    search_and_keep(child)


def test_a_teacher_finds_shares_and_a_pupil_reads(
    school: SimpleNamespace, desktop: Any, new_page: Any, sign_in_fast: Any
) -> None:
    from resources.workspace import actions

    sign_in_fast(desktop, school.teacher)
    desktop.goto(reverse("catalogue:search"))
    assert_accessible(desktop)
    desktop.get_by_label("Mots, niveau, type").press_sequentially("multiplikasion", delay=20)
    desktop.get_by_text("« multiplication »").wait_for()
    desktop.get_by_label("Mots, niveau, type").fill("fractions CM1 jeu gratuit")
    desktop.get_by_role("link", name="Gratuit retirer ce filtre").wait_for()
    assert_accessible(desktop)
    desktop.locator(".resource-card h3 a").first.click()
    title = desktop.get_by_role("heading", level=1).inner_text()
    desktop.get_by_role("link", name="Partager avec ma classe").click()
    assert_accessible(desktop)
    desktop.get_by_label("Titre").fill("Pour demain")
    desktop.get_by_role("button", name="Afficher dans la classe").click()
    expect(desktop.get_by_text("Pour demain").first).to_be_visible()
    accounts = actions.activate_accounts(
        by=actions.SYSTEM,
        class_group=school.group,
        children=[school.entries["Hana"].child_id],
        charter=True,
    )
    phone = new_page("phone")
    sign_in_fast(phone, accounts[0].user)
    phone.goto(reverse("workspace:my_class"))
    expect(phone.get_by_text("Pour demain").first).to_be_visible()
    assert_accessible(phone)
    assert phone.get_by_role("link", name=title).count() or "enseignant" in title.lower()


@pytest.mark.parametrize("catalogue", [60], indirect=True)
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_an_editor_describes_a_resource_that_is_then_found(
    catalogue: None, new_page: Any, sign_in_fast: Any, size: str
) -> None:
    page = new_page(size)
    sign_in_fast(page, UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    page.goto(reverse("catalogue:manage"))
    assert_accessible(page)
    page.get_by_role("link", name="Décrire une ressource").click()
    assert_accessible(page)
    page.get_by_label("Titre", exact=True).fill("Les hippocampes du vieux port")
    page.locator("#id_description").fill("Une plongée à la rencontre des hippocampes.")
    page.get_by_label("CM1").check()
    page.get_by_text("Sciences et technologie", exact=True).click()
    page.get_by_label("Le vivant", exact=True).check()
    page.get_by_label("Licence").select_option(label="Creative Commons BY")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    assert_accessible(page)
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text("Validée").first).to_be_visible()
    indexing.refresh()
    indexing.engine()._looked_at = float("-inf")
    page.goto(reverse("catalogue:search") + "?q=ipocampe")
    found = page.get_by_role("link", name="Les hippocampes du vieux port", exact=True)
    expect(found).to_have_count(1)
    assert_accessible(page)
