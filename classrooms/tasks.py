"""Work on the fleet outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from classrooms.actions.lines import tell_ending
from classrooms.importing import runs
from classrooms.models import ImportRun
from core import tries


def _imports(state: str) -> tries.Work:
    verbs = {"trying": runs.try_out, "applying": runs.apply, "undoing": runs.undo}
    return tries.Work(ImportRun.objects.filter(state=state), verbs[state], runs.give_up)


@shared_task(name="classrooms.try_import")  # type: ignore[untyped-decorator]
def try_import(run_id: int) -> bool:
    """Find what a table of devices would do."""
    return _imports("trying").attempt(run_id)


@shared_task(name="classrooms.apply_import")  # type: ignore[untyped-decorator]
def apply_import(run_id: int) -> bool:
    """Write a table that somebody decided upon, whole or not at all."""
    return _imports("applying").attempt(run_id)


@shared_task(name="classrooms.undo_import")  # type: ignore[untyped-decorator]
def undo_import(run_id: int) -> bool:
    """Take a table back, whole or not at all."""
    return _imports("undoing").attempt(run_id)


@shared_task(name="classrooms.sweep_imports")  # type: ignore[untyped-decorator]
def sweep_imports() -> int:
    """Do what lost messages and lost workers left; return how many."""
    return sum(_imports(state).sweep() for state in ("trying", "applying", "undoing"))


@shared_task(name="classrooms.tell_ending_lines")  # type: ignore[untyped-decorator]
def tell_ending_lines() -> int:
    """Tell the managers which contracts of lines must be ended or renewed soon."""
    return tell_ending()
