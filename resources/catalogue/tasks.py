"""Work on the catalogue outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from resources.catalogue import indexing


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
