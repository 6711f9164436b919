"""Is this process alive; is everything it needs there."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from core.access import ANYONE, allow

logger = logging.getLogger(__name__)


@allow(ANYONE)
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process answers at all (``/healthz``)."""
    return JsonResponse({"ok": True})


@allow(ANYONE)
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is there, else 503 and which part is missing (``/readyz``).

    The causes go to the log only: they may name hosts.
    """
    parts = {name: _works(name, check) for name, check in CHECKS.items()}
    ok = all(parts.values())
    return JsonResponse({"ok": ok, "parts": parts}, status=200 if ok else 503)


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        logger.exception("not ready: %s", name)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker() -> bool:
    from celery import current_app

    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    return True


def _search() -> bool:
    # core may not import upwards: the search offers ``ready()`` under a known name.
    engine = importlib.import_module("resources.search")
    check: Callable[[], bool] | None = getattr(engine, "ready", None)
    return check() if check else True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "search": _search,
}
