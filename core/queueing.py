"""Hand work to a worker after the commit; a broker that does not answer breaks nothing."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def later(task: str, *args: int | str, countdown: float = 0) -> None:
    """Queue a task, by its registered name, once the current transaction commits.

    ``countdown`` is in seconds. Names, not functions: what queues need not know what
    runs. State is written before, so a message that gets lost is found by its sweep.
    """
    transaction.on_commit(partial(send, task, *args, countdown=countdown))


def send(task: str, *args: int | str, countdown: float = 0) -> None:
    """Queue a task now; an unreachable broker is logged and left to the sweep.

    Raises celery's NotRegistered for a name that is no task.
    """
    known = current_app.tasks[task]
    try:
        known.apply_async(args=args, countdown=countdown or None)
    except Exception:
        logger.warning("broker unreachable, %s waits for its sweep", task, exc_info=True)
