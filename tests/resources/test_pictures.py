"""Looking around by pictures: what a child may open, all of it, a few at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse

from core.accounts.roles import Role
from resources.catalogue import pictures, rules
from resources.catalogue.access import window_of
from tests.factories.accounts import UserFactory
from tests.factories.resources import PupilAccountFactory, ResourceFactory, term

pytestmark = pytest.mark.django_db


def kid(level: str) -> Any:
    return PupilAccountFactory(entry__level=level).user


def farm(title: str, level: str = "MS", **facts: Any) -> Any:
    facts.setdefault("domain_codes", ["eveil.monde"])
    return ResourceFactory(title=title, level_codes=[level], description="", **facts)


@pytest.fixture
def farms() -> None:
    """Nine animals to play with, one to listen to, and what a small child may not open."""
    for number in range(9):
        farm(f"Les animaux de la ferme {number}")
    farm(
        "La poule et les animaux",
        pedagogical_type=None,
        document_type=term("document_type", "audio"),
    )
    farm("Animaux pour la maîtresse", audience="teacher")
    farm("Animaux avec un compte", personal_data_level="high")
    farm("Animaux en brouillon", state="draft")
    farm("Animaux des grands", "CM2")
    farm("Classer le vivant", "CM2", domain_codes=["sciences.vivant"])


def test_a_small_child_gets_from_a_picture_to_every_resource_that_is_open(
    client: Client, farms: None, index: Callable[[], None]
) -> None:
    index()
    user = kid("MS")
    client.force_login(user)
    home = client.get(reverse("workspace:my_class"))
    assert [shelf.theme.code for shelf in home.context["shelves"]] == ["animaux"]
    start = client.get(reverse("catalogue:pictures"))
    assert [(s.theme.code, s.count) for s in start.context["shelves"]] == [("animaux", 10)]
    theme = reverse("catalogue:picture_theme", args=["animaux"])
    assert [name for name, _label in client.get(theme).context["acts"]] == ["jouer", "ecouter"]
    listen = client.get(theme, {"faire": "ecouter"})
    assert [card.resource.title for card in listen.context["cards"]] == ["La poule et les animaux"]
    assert listen.context["cards"][0].drawing == "oiseau"
    titles: list[str] = []
    for page in (1, 2):
        cards = client.get(theme, {"faire": "tout", "page": page}).context["cards"]
        assert len(cards) <= pictures.PAGE_SIZE
        titles += [card.resource.title for card in cards]
    assert len(set(titles)) == len(titles) == 10
    assert not [t for t in titles if "maîtresse" in t or "compte" in t or "grands" in t]


def test_the_older_ones_see_their_own_and_start_by_words(
    client: Client, farms: None, index: Callable[[], None]
) -> None:
    index()
    client.force_login(kid("CM2"))
    home = client.get(reverse("workspace:my_class"))
    assert home.context["shelves"] == []
    assert home.context["themes"]
    assert reverse("catalogue:pictures") in home.content.decode()
    cards = client.get(reverse("catalogue:picture_theme", args=["animaux"])).context["cards"]
    assert {card.resource.title for card in cards} == {"Animaux des grands", "Classer le vivant"}


def test_pictures_answer_without_an_index_too(
    client: Client, farms: None, settings: Any, tmp_path: Path
) -> None:
    settings.SEARCH_INDEX_ROOT = tmp_path / "none"
    (shelf,) = pictures.shelves([pictures.BY_CODE["animaux"]], window_of(kid("MS")))
    assert shelf.count == 10


def test_words_in_passing_make_no_theme(index: Callable[[], None]) -> None:
    ResourceFactory(
        title="Les parts", description="On donne aux animaux.", level_codes=["MS"],
        domain_codes=["eveil.nombres"],
    )  # fmt: skip
    index()
    assert pictures.shelves([pictures.BY_CODE["animaux"]], window_of(kid("MS"))) == []


def test_pictures_cost_few_queries_however_much_there_is(
    client: Client, farms: None, index: Callable[[], None], django_assert_max_num_queries: Any
) -> None:
    index()
    client.force_login(UserFactory(roles=[(Role.TEACHER, "0990001A")]))
    for url in (
        reverse("catalogue:pictures"),
        reverse("catalogue:picture_theme", args=["animaux"]) + "?faire=jouer",
    ):
        client.get(url)
        with django_assert_max_num_queries(16):
            assert client.get(url).status_code == 200
    assert client.get(reverse("catalogue:picture_theme", args=["inconnu"])).status_code == 404


def test_every_theme_act_and_word_has_its_drawing() -> None:
    sprite = Path(project.BASE_DIR) / "resources/catalogue/static/catalogue/themes.svg"
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite.read_text()))
    wanted = {*pictures.BY_CODE, *pictures.ACTS, *pictures._DRAWN, "tout"}
    assert wanted <= drawn


def test_who_learns_to_read_chooses_by_pictures() -> None:
    assert [level for level in rules.LEVELS if not rules.reads_alone(level)] == [
        *("TPS", "PS", "MS", "GS", "CP")
    ]


def test_the_ear_and_the_voice_of_elsewhere_are_never_asked() -> None:
    """What the script promises, read in it: on the device, or not at all."""
    script = Path(project.BASE_DIR) / "resources/catalogue/static/catalogue/children.js"
    code = script.read_text()
    assert "webkitSpeechRecognition" not in code
    assert "ear.processLocally = true" in code
    assert "localService === true" in code
    assert ".install(" not in code
