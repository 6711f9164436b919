"""Fixtures of every test: a real PostgreSQL, a clock, a queue, hostile habits.

Environment: ``DATABASE_URL`` names a PostgreSQL to use instead of our own;
``TEST_DB=sqlite`` makes the short pass on SQLite; ``TEST_TODAY=2028-02-29`` runs
everything as if it were noon of that day in Paris.
"""

from __future__ import annotations

import datetime as dt
import gettext
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine as machine
from django.conf import settings
from django.utils.translation import trans_real
from hypothesis import HealthCheck
from hypothesis import settings as hypotheses

from portal.translations import compile_translations
from tests import hostile, postgres

# A busy machine is not a slow strategy.
hypotheses.register_profile(
    "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypotheses.load_profile("unhurried")

ON_SQLITE = os.environ.get("TEST_DB") == "sqlite"
_owned: dict[str, Any] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Move the clock, start the database once per run, make the run hostile."""
    config.addinivalue_line("markers", "postgres: needs PostgreSQL (left out of the SQLite pass)")
    if moved := os.environ.get("TEST_TODAY"):
        noon = dt.datetime.combine(
            dt.date.fromisoformat(moved), dt.time(12), tzinfo=ZoneInfo("Europe/Paris")
        )
        _owned["travel"] = machine.travel(noon, tick=True)
        _owned["travel"].start()
    hostile.install()
    # A sentence changed since is otherwise tested with yesterday's words.
    if not hasattr(config, "workerinput") and compile_translations(
        Path(folder) for folder in settings.LOCALE_PATHS
    ):
        gettext._translations.clear()
        trans_real._translations.clear()
    if not ON_SQLITE and os.environ.get("DATABASE_URL") == "postgres:///escale":
        if not hasattr(config, "workerinput") and postgres.ADDRESS_VARIABLE not in os.environ:
            _owned["server"], os.environ[postgres.ADDRESS_VARIABLE] = postgres.start()
        _listen_there(os.environ[postgres.ADDRESS_VARIABLE])


def _listen_there(url: str) -> None:
    """Point Django at the server of this run."""
    from django.db import connections

    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    connections.databases["default"].update(
        HOST=host, PORT=parts.port or "", USER=parts.username or "", PASSWORD=parts.password or ""
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if server := _owned.pop("server", None):
        os.environ.pop(postgres.ADDRESS_VARIABLE, None)
        postgres.stop(server)
    if travel := _owned.pop("travel", None):
        travel.stop()
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly, once, that the browser journeys were not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    count = sum("no chromium" in str(report.longrepr) for report in skipped)
    if count:
        terminalreporter.write_line(
            f"!!! {count} BROWSER TESTS NOT RUN: chromium was not found. Install the package "
            "'chromium', or name the program in CHROMIUM. !!!",
            red=True,
            bold=True,
        )


def _touches_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        item.get_closest_marker("django_db")
        or fixtures & {"db", "transactional_db", "live_server", "django_db_reset_sequences"}
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL keep everything; on SQLite what touches the database, but for two kinds.

    Walking every address with every caller takes minutes and proves who is let in, which no
    database decides: once is enough. And a browser asks for several things at once: the
    threads of a live server share the one connection of a database in memory, where one that
    waits for SQLite with the interpreter's lock, and one that has SQLite and waits for that
    lock, stop each other for good. No installation shares a connection so.
    """
    if not ON_SQLITE:
        return
    kept, left_out = [], []
    for item in items:
        browser = "journeys" in item.path.parts
        walk = "architecture" in item.path.parts or item.path.stem.endswith("leak")
        wanted = (
            _touches_database(item)
            and not walk
            and not item.get_closest_marker("postgres")
            and not browser
        )
        (kept if wanted else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Give each xdist worker its own database."""


@pytest.fixture(scope="session", autouse=True)
def _emptied_journal() -> Iterator[None]:
    """Let the emptying of tables after a test pass the triggers of what is append-only.

    On SQLite, Django empties a table by deleting its rows, which the journal and the history
    of resources refuse; with their keys written first and themselves emptied before the keys,
    they let go.
    """
    if not ON_SQLITE:
        yield
        return
    from django.db.backends.sqlite3.operations import DatabaseOperations

    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        first = [
            "INSERT INTO core_journalpurge (before) VALUES ('9999-01-01')",
            "DELETE FROM core_journalentry",
            "INSERT INTO core_purgekey (\"table\", before) VALUES ('catalogue_revision', 'z')",
            "DELETE FROM catalogue_revision",
        ]
        original(self, first + statements)

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _database_on_the_same_day() -> Iterator[None]:
    """Move the database's clock, which decides cut-offs, by as much as TEST_TODAY moved ours."""
    if "travel" not in _owned:
        yield
        return
    from core import clock
    from enrolment.canteen import queries

    read = queries._database_clock

    def moved() -> dt.datetime:
        real = machine.escape_hatch.time.time()
        return read() + (clock.now() - dt.datetime.fromtimestamp(real, tz=clock.PARIS))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "_database_clock", moved)
        yield


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty what outlives a test in memory: cache, terms of the catalogue, language, queue."""
    from django.core.cache import cache
    from django.utils import translation

    from resources.catalogue import terms

    # A look every so often would count as a query here and there.
    monkeypatch.setattr(terms, "LOOK_EVERY", float("inf"))
    terms.forget()
    yield
    cache.clear()
    translation.activate("fr")
    _drop_queue()


def _queues() -> dict[str, Any]:
    from kombu.transport.memory import Channel

    found: dict[str, Any] = Channel.queues
    return found


def _drop_queue() -> None:
    for queue in _queues().values():
        while not queue.empty():
            queue.get_nowait()


def drain_tasks() -> list[str]:
    """Run every queued Celery task, and those they queue, as a worker would; name them.

    A task's arguments have gone through the serialiser, as in production; its exception
    reaches the test.
    """
    from portal.celery import app

    done: list[str] = []
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(app.conf.task_default_queue)
        try:
            while True:
                try:
                    message = queue.get_nowait()
                except queue.Empty:
                    return done
                args, kwargs, _embedded = message.payload
                message.ack()
                name = message.headers["task"]
                app.tasks[name].apply(args=args, kwargs=kwargs, throw=True)
                done.append(name)
        finally:
            queue.close()


@pytest.fixture
def run_tasks(request: pytest.FixtureRequest) -> Callable[[], list[str]]:
    """Return ``drain_tasks``.

    In a test inside a transaction, write through ``committed`` first: it fires what waits
    for the commit.
    """
    return drain_tasks


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Return a context manager: leaving it commits, as far as callbacks and tasks can tell.

    ``with committed(): some_action(...)`` runs the on-commit callbacks and then the tasks
    that they queued.
    """

    @contextmanager
    def manager() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield
        drain_tasks()

    return manager
