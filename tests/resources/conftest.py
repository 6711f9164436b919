"""An index of its own for every test that searches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def index(settings: Any, tmp_path: Path) -> Callable[[], None]:
    """Return a function that builds the index from the database as it stands."""
    from resources.catalogue import indexing

    settings.SEARCH_INDEX_ROOT = tmp_path / "search"

    def build() -> None:
        assert indexing.rebuild(force=True)

    return build
