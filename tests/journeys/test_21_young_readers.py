"""A child who does not read, from picture to picture; a CM2 pupil, with mistakes and chips."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from core.accounts.roles import Role
from core.seeding import SMALL, SeedContext
from resources.catalogue import indexing, seeding
from resources.catalogue.models import Resource, ResourceUse
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, term
from tests.journeys.browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

#: A device that has a voice of its own and one from elsewhere, and an ear of its own.
DEVICE = """
window.said = [];
window.heard = [];
const voices = [
  {lang: "fr-FR", localService: false, name: "du nuage"},
  {lang: "fr-FR", localService: LOCAL, name: "de la tablette"},
];
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => voices, addEventListener: () => {}, cancel: () => {},
  speak: words => window.said.push([words.voice.name, words.text]),
}});
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
window.SpeechRecognition = class {
  get processLocally() { return this.here; }
  set processLocally(here) { this.here = here; }
  static async available(asked) {
    return asked.processLocally && LOCAL ? "available" : "downloadable";
  }
  start() {
    window.localStorage.heardHere = String(this.here);
    this.onresult({results: [[{transcript: "les volcans"}]]});
    this.onend();
  }
};
"""


@pytest.fixture
def children(live: Any, settings: Any, tmp_path: Path) -> SimpleNamespace:
    """A catalogue of 700 resources, a child in MS and one in CM2."""
    settings.SEARCH_INDEX_ROOT = tmp_path / "search"
    seeding.seed(
        SeedContext(
            scale=replace(SMALL, resources=400),
            seed=3,
            today=clock.today(),
            quick_password="",
            progress=lambda *_parts: None,
        )
    )
    sound = term("document_type", "audio")
    for number in range(9):
        facts = {} if number % 2 else {"pedagogical_type": None, "document_type": sound}
        ResourceFactory(
            title=f"Album du loup {number}",
            level_codes=["PS", "MS"],
            domain_codes=["eveil.langage"],
            **facts,
        )
    indexing.changed()
    assert indexing.refresh() or indexing.engine().ready()
    indexing.engine()._looked_at = float("-inf")
    return SimpleNamespace(
        small=PupilAccountFactory(entry__level="MS").user,
        big=PupilAccountFactory(entry__level="CM2").user,
    )


def given_device(page: Any, *, local: bool) -> None:
    page.context.add_init_script(DEVICE.replace("LOCAL", json.dumps(local)))


def by_pictures(page: Any) -> Resource:
    """Go from home to a resource by pressing pictures; return it."""
    page.goto(reverse("workspace:my_class"))
    assert_accessible(page)
    page.locator(".picture-card", has_text="Les histoires").click()
    page.wait_for_url("**/images/histoires/")
    assert_accessible(page)
    page.locator(".picture-card", has_text="Tout voir").click()
    page.wait_for_url("**faire=tout")
    assert_accessible(page)
    cards = page.locator(".picture-grid--cards .picture-card")
    first = cards.all_inner_texts()
    assert 0 < len(first) <= 6
    page.get_by_role("link", name="Images d’après").click()
    page.wait_for_url("**page=2")
    assert_accessible(page)
    assert not set(first) & set(cards.all_inner_texts())
    sizes = [card.bounding_box() for card in cards.all()]
    assert all(box["width"] >= 120 and box["height"] >= 120 for box in sizes)
    cards.first.click()
    page.wait_for_url("**/fiche/**")
    assert_accessible(page)
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Ouvrir la ressource").click()
    page.wait_for_url(re.compile("(lire|sortie)/$"))
    assert_accessible(page)
    return Resource.objects.get(title=title)


@pytest.mark.parametrize("size", ["tablet", "phone"])
def test_a_child_who_does_not_read_gets_to_a_story_by_pictures_and_hears_them(
    children: SimpleNamespace, new_page: Any, sign_in_fast: Any, size: str
) -> None:
    page = new_page(size)
    given_device(page, local=True)
    sign_in_fast(page, children.small)
    page.goto(reverse("catalogue:pictures"))
    assert_accessible(page)
    page.get_by_role("button", name="Écouter : Les animaux").click()
    assert page.evaluate("window.said") == [["de la tablette", "Les animaux"]]
    found = by_pictures(page)
    assert {"TPS", "PS", "MS", "GS"} & {level.code for level in found.levels.all()}
    assert found.audience != "teacher"
    assert ResourceUse.objects.get().resource_id == found.pk


def test_pictures_need_no_script_and_no_mouse(
    children: SimpleNamespace, new_page: Any, sign_in_fast: Any
) -> None:
    plain = new_page("tablet", java_script_enabled=False)
    sign_in_fast(plain, children.small)
    assert by_pictures(plain)
    assert not plain.locator(".speak:visible").count()
    keys = new_page("tablet")
    sign_in_fast(keys, children.small)
    keys.goto(reverse("catalogue:pictures"))
    keys.locator(".picture-card").first.focus()
    keys.keyboard.press("Enter")
    keys.wait_for_url("**/images/*/")


def test_a_cm2_pupil_types_with_mistakes_takes_a_chip_off_and_opens(
    children: SimpleNamespace, new_page: Any, sign_in_fast: Any
) -> None:
    page = new_page("tablet")
    given_device(page, local=False)
    sign_in_fast(page, children.big)
    page.goto(reverse("catalogue:search"))
    assert_accessible(page)
    assert not page.locator(".speak:visible").count(), "neither voice nor ear from elsewhere"
    box = page.get_by_label("Écris ce que tu cherches")
    box.press_sequentially("les fracsions jeu", delay=15)
    page.get_by_text("« les fractions jeu »").wait_for()
    chip = page.get_by_role("link", name="Jeu éducatif retirer ce filtre")
    games = page.locator("#titre-resultats").inner_text()
    assert_accessible(page)
    chip.click()
    expect(page.locator("#titre-resultats")).not_to_have_text(games)
    assert_accessible(page)
    for card in page.locator(".resource-card").all():
        assert card.bounding_box()["height"] >= 44
    page.locator(".resource-card h3 a").first.click()
    assert_accessible(page)
    page.get_by_role("button", name="Ouvrir la ressource").click()
    page.wait_for_url(re.compile("(lire|sortie)/$"))
    levels = set(ResourceUse.objects.get().resource.levels.values_list("code", flat=True))
    assert levels & {"CM1", "CM2"}


def test_a_child_speaks_where_the_device_itself_listens(
    children: SimpleNamespace, new_page: Any, sign_in_fast: Any
) -> None:
    page = new_page("tablet")
    given_device(page, local=True)
    sign_in_fast(page, children.big)
    page.goto(reverse("catalogue:search"))
    page.get_by_role("button", name="Dire ce que tu cherches").click()
    page.wait_for_url(re.compile(r"q=les(\+|%20)volcans"))
    assert page.evaluate("window.localStorage.heardHere") == "true"
    expect(page.locator("#titre-resultats", has_text="ressource").first).to_be_visible()


def test_a_teacher_asks_why_and_keeps_a_search_and_an_editor_looks_after_words(
    children: SimpleNamespace, new_page: Any, sign_in_fast: Any
) -> None:
    page = new_page("desktop")
    sign_in_fast(page, UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    page.goto(reverse("catalogue:search") + "?q=album+loup+sauf+jeu")
    page.get_by_role("link", name="Pourquoi ce résultat ?").first.click()
    expect(page.locator(".why").first).to_contain_text("dans le titre")
    page.get_by_text("Garder cette recherche").click()
    page.get_by_label("M’écrire").select_option("daily")
    page.get_by_label("Nom", exact=True).fill("Les loups")
    assert_accessible(page)
    page.get_by_role("button", name="Garder", exact=True).click()
    page.get_by_text("C’est gardé").first.wait_for()
    page.goto(reverse("catalogue:saved"))
    expect(page.get_by_role("link", name="Les loups", exact=True)).to_have_count(1)
    assert_accessible(page)
    editor = new_page("phone")
    sign_in_fast(editor, UserFactory(roles=[Role.CATALOGUE_EDITOR]))
    editor.goto(reverse("catalogue:synonyms"))
    assert_accessible(editor)
    editor.get_by_label("Façons de dire la même chose").fill("gabian, goéland")
    editor.get_by_role("button", name="Ajouter").click()
    editor.get_by_role("button", name="Annuler gabian, goéland").click()
    editor.get_by_text("Le changement est annulé.").first.wait_for()
    assert_accessible(editor)
    editor.goto(reverse("catalogue:missed"))
    expect(editor.get_by_text("roman policier corse").first).to_be_visible()
    assert_accessible(editor)
