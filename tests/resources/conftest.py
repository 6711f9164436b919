"""An index of its own for every test that searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.resources import vocabularies
from tests.resources.hostile_oai import Hostile
from tests.resources.oai_server import OtherCity


@pytest.fixture
def index(settings: Any, tmp_path: Path) -> Callable[[], None]:
    """Return a function that builds the index from the database as it stands."""
    from resources.catalogue import indexing

    settings.SEARCH_INDEX_ROOT = tmp_path / "search"

    def build() -> None:
        assert indexing.rebuild(force=True)

    return build


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
