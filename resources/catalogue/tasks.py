"""Work on the catalogue outside a request: safe to repeat."""

from __future__ import annotations

import logging
from functools import partial

from celery import shared_task
from django.conf import settings

from core import tries
from core.journal import SYSTEM
from resources.catalogue import alerts, bulk, covers, duplicates, indexing, links
from resources.catalogue.importing import runs
from resources.catalogue.models import BulkEdit, ImportRun, Resource

logger = logging.getLogger(__name__)


@shared_task(name="catalogue.refresh_index")  # type: ignore[untyped-decorator]
def refresh_index() -> bool:
    """Rebuild this node's index if a change made it stale."""
    return indexing.refresh()


@shared_task(name="catalogue.verify_index")  # type: ignore[untyped-decorator]
def verify_index() -> bool:
    """Rebuild the index by night: damaged or not, how often resources were opened changes."""
    if not indexing.engine().verify():
        logger.error("the search index was missing or damaged; it is rebuilt")
    indexing.renew_texts()
    return indexing.rebuild()


@shared_task(name="catalogue.apply_import")  # type: ignore[untyped-decorator]
def apply_import(run_id: int) -> bool:
    """Write a table that an editor decided upon, whole or not at all."""
    return _imports().attempt(run_id)


def _imports() -> tries.Work:
    waiting = ImportRun.objects.filter(state=ImportRun.State.APPLYING)
    return tries.Work(waiting, partial(runs.apply, by=SYSTEM), runs.give_up)


@shared_task(name="catalogue.sweep_imports")  # type: ignore[untyped-decorator]
def sweep_imports() -> int:
    """Write the tables whose message or worker got lost; return how many."""
    return _imports().sweep()


@shared_task(name="catalogue.check_links")  # type: ignore[untyped-decorator]
def check_links() -> int:
    """Ask the addresses that are due, a few each time; the demo's are invented: none there."""
    return links.check_due() if settings.LINK_CHECKS else 0


@shared_task(name="catalogue.check_link")  # type: ignore[untyped-decorator]
def check_link(pk: int) -> str:
    """Ask one address that an editor wants asked now."""
    found = Resource.objects.filter(pk=pk).exclude(url="").first()
    return links.check(found) if found is not None and settings.LINK_CHECKS else ""


@shared_task(name="catalogue.send_alerts")  # type: ignore[untyped-decorator]
def send_alerts() -> int:
    """Write to those whose kept searches found something new; return how many letters."""
    return alerts.send_due()


@shared_task(name="catalogue.fetch_covers")  # type: ignore[untyped-decorator]
def fetch_covers() -> int:
    """Fetch the pictures that are due, a few each time; none in the demo."""
    return covers.fetch_due() if settings.COVER_FETCHES else 0


@shared_task(name="catalogue.fetch_cover")  # type: ignore[untyped-decorator]
def fetch_cover(pk: int) -> str:
    """Fetch one picture that was just asked for."""
    found = Resource.objects.filter(pk=pk).first()
    return covers.fetch(found) if found is not None and settings.COVER_FETCHES else ""


@shared_task(name="catalogue.apply_bulk")  # type: ignore[untyped-decorator]
def apply_bulk(edit_id: int) -> bool:
    """Apply a change to many resources that an editor decided upon, whole or not at all."""
    return _bulk_edits().attempt(edit_id)


def _bulk_edits() -> tries.Work:
    waiting = BulkEdit.objects.filter(state=BulkEdit.State.APPLYING)
    return tries.Work(waiting, partial(bulk.apply, by=SYSTEM), bulk.give_up)


@shared_task(name="catalogue.sweep_bulk")  # type: ignore[untyped-decorator]
def sweep_bulk() -> int:
    """Apply the bulk edits whose message or worker got lost; return how many."""
    return _bulk_edits().sweep()


@shared_task(name="catalogue.find_duplicates")  # type: ignore[untyped-decorator]
def find_duplicates() -> int:
    """Compare the whole catalogue with itself; return how many pairs may be one."""
    return duplicates.scan().found
