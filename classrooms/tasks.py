"""Work on the fleet outside a request: safe to repeat."""

from __future__ import annotations

import datetime as dt
import logging

from celery import shared_task

from classrooms.actions.lines import tell_ending
from classrooms.importing import runs
from classrooms.models import ImportRun
from core import clock

logger = logging.getLogger(__name__)


@shared_task(name="classrooms.try_import")  # type: ignore[untyped-decorator]
def try_import(run_id: int) -> bool:
    """Find what a table of devices would do."""
    return runs.try_out(run_id)


@shared_task(name="classrooms.apply_import")  # type: ignore[untyped-decorator]
def apply_import(run_id: int) -> bool:
    """Write a table that somebody decided upon, whole or not at all."""
    return runs.apply(run_id)


@shared_task(name="classrooms.undo_import")  # type: ignore[untyped-decorator]
def undo_import(run_id: int) -> bool:
    """Take a table back, whole or not at all."""
    return runs.undo(run_id)


@shared_task(name="classrooms.sweep_imports")  # type: ignore[untyped-decorator]
def sweep_imports() -> int:
    """Do what lost messages asked for; return how many. One that fails keeps no other."""
    old = clock.now() - dt.timedelta(minutes=2)
    verbs = {"trying": runs.try_out, "applying": runs.apply, "undoing": runs.undo}
    waiting = ImportRun.objects.filter(state__in=verbs, started_at__lt=old)
    done = 0
    for pk, state in list(waiting.order_by("pk").values_list("pk", "state")):
        try:
            done += verbs[state](pk)
        except Exception:  # one that stumbles does not keep the others waiting
            logger.exception("table of devices %s failed while %s", pk, state)
    return done


@shared_task(name="classrooms.tell_ending_lines")  # type: ignore[untyped-decorator]
def tell_ending_lines() -> int:
    """Tell the managers which contracts of lines must be ended or renewed soon."""
    return tell_ending()
