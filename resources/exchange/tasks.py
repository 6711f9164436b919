"""Work on exchanges outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache

from resources.exchange import exports
from resources.exchange.harvest import running, sources
from resources.exchange.provider import publishing

#: Says that a pass is under way; two at once would do no harm, only the same work.
_PASS, _LONGEST_PASS = "exchange:publishing", 900


@shared_task(name="exchange.publish")  # type: ignore[untyped-decorator]
def publish() -> int:
    """Bring what harvesters read in step with the catalogue; one pass at a time."""
    if not cache.add(_PASS, 1, timeout=_LONGEST_PASS):
        return 0
    try:
        return publishing.refresh()
    finally:
        cache.delete(_PASS)


@shared_task(name="exchange.publish_all")  # type: ignore[untyped-decorator]
def publish_all() -> int:
    """Weigh every open notice again: words of vocabularies may have changed."""
    return publishing.refresh(full=True)


@shared_task(name="exchange.harvest")  # type: ignore[untyped-decorator]
def harvest(run_id: int) -> str:
    """Read the next pages of a source, or write what was accepted."""
    return running.advance(run_id)


@shared_task(name="exchange.harvest_nightly")  # type: ignore[untyped-decorator]
def harvest_nightly() -> int:
    """Begin to read the sources that are read by night."""
    return sources.nightly()


@shared_task(name="exchange.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Take up harvests and lists whose worker was lost."""
    return running.sweep() + exports.LISTS.sweep()


@shared_task(name="exchange.make_export")  # type: ignore[untyped-decorator]
def make_export(pk: int) -> str:
    """Write a long list that an editor asked for."""
    return exports.LISTS.make(pk)
