"""The citizen stand-in as a process, and the service pointed at it."""

from __future__ import annotations

import pytest

from tests.core.citizen_server import CitizenServer, open_door


@pytest.fixture(scope="session")
def process():
    server = CitizenServer()
    yield server
    server.stop()


@pytest.fixture
def server(process, settings):
    open_door(settings, process)
    process.misbehave()
    return process
