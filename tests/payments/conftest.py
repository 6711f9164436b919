"""A stand-in of the provider for the whole run of a worker, reset between tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.payments import TermsFactory
from tests.payments.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    running = Sandbox()
    yield running
    running.stop()


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """The stand-in, well behaved, as the provider of this test."""
    sandbox_process.ask("reset")
    settings.STRIPE_API_BASE = sandbox_process.url
    yield sandbox_process
    sandbox_process.ask("reset")


@pytest.fixture
def terms(db: None) -> Any:
    return TermsFactory()
