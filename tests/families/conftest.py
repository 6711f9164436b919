"""Fixtures of the family tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.registration import build_town
from tests.families.caf import Caf


@pytest.fixture(scope="session")
def caf_process() -> Iterator[Caf]:
    running = Caf()
    yield running
    running.stop()


@pytest.fixture
def caf(caf_process: Caf, settings: Any) -> Iterator[Caf]:
    """The CAF of this test, well behaved, and configured as the provider."""
    caf_process.ask("reset")
    settings.QUOTIENT_API_BASE = caf_process.url
    settings.QUOTIENT_API_TOKEN = "essai"
    settings.QUOTIENT_API_RECIPIENT = "21130055300016"
    yield caf_process
    caf_process.ask("reset")


@pytest.fixture
def town(db):
    """A school, its street, and people to act."""
    return build_town()
