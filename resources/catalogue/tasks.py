"""Work on the catalogue outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from core.journal import SYSTEM
from resources.catalogue import indexing
from resources.catalogue.importing import runs
from resources.catalogue.models import ImportRun


@shared_task(name="catalogue.refresh_index")  # type: ignore[untyped-decorator]
def refresh_index() -> bool:
    """Rebuild this node's index if a change made it stale."""
    return indexing.refresh()


@shared_task(name="catalogue.verify_index")  # type: ignore[untyped-decorator]
def verify_index() -> bool:
    """Read every file of the index again, and rebuild it when one is damaged."""
    if indexing.engine().verify():
        return indexing.refresh()
    return indexing.rebuild()


@shared_task(name="catalogue.apply_import")  # type: ignore[untyped-decorator]
def apply_import(run_id: int) -> bool:
    """Write a table that an editor decided upon, whole or not at all."""
    return runs.apply(run_id, by=SYSTEM)


@shared_task(name="catalogue.sweep_imports")  # type: ignore[untyped-decorator]
def sweep_imports() -> int:
    """Write the tables whose message got lost; return how many."""
    waiting = ImportRun.objects.filter(state=ImportRun.State.APPLYING).values_list("pk", flat=True)
    return sum(runs.apply(pk, by=SYSTEM) for pk in list(waiting))
