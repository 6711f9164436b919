"""Hand work to a worker after the commit; a broker that does not answer breaks nothing."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


def later(task: str, *args: int | str) -> None:
    """Queue a task by name once the transaction commits; a sweep finds what got lost."""
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[int | str, ...]) -> None:
    try:
        import_string(f"payments.tasks.{task}").delay(*args)
    except Exception:
        logger.warning("broker unreachable, %s waits for its sweep", task, exc_info=True)
