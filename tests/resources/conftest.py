"""An index of its own for every test that searches, and servers to harvest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.accounts.roles import Role
from resources.search.engine import Document
from resources.search.service import WhooshEngine
from tests.factories.accounts import UserFactory
from tests.factories.resources import vocabularies
from tests.resources.corpus import READINGS, SYNONYMS, corpus
from tests.resources.hostile_oai import Hostile
from tests.resources.oai_server import OtherCity
from tests.resources.searching import at


@pytest.fixture
def index(settings: Any, tmp_path: Path) -> Callable[[], None]:
    """Return a function that builds the index from the database as it stands."""
    from resources.catalogue import indexing

    settings.SEARCH_INDEX_ROOT = tmp_path / "search"

    def build() -> None:
        assert indexing.rebuild(force=True)

    return build


@pytest.fixture
def teacher() -> Any:
    with at("2026-11-02"):
        return UserFactory(roles=[(Role.TEACHER, "0990001A")])


@pytest.fixture
def editor() -> Any:
    return UserFactory(roles=[Role.CATALOGUE_EDITOR])


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return corpus()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, documents: list[Document]) -> WhooshEngine:
    made = WhooshEngine(tmp_path_factory.mktemp("search"))
    assert made.rebuild(documents, 1, readings=READINGS, synonyms=SYNONYMS)
    return made


@pytest.fixture(scope="module")
def running_hostile() -> Iterator[Hostile]:
    server = Hostile()
    yield server
    server.stop()


@pytest.fixture
def hostile(running_hostile: Hostile, settings: Any) -> Hostile:
    settings.HARVEST_INSIDE = [running_hostile.host]
    vocabularies()
    running_hostile.forget()
    return running_hostile


@pytest.fixture
def city(settings: Any) -> Iterator[OtherCity]:
    server = OtherCity()
    settings.HARVEST_INSIDE = [server.host]
    vocabularies()
    yield server
    server.stop()
