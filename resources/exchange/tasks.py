"""Work on exchanges outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from resources.exchange import exports
from resources.exchange.harvest import running, sources
from resources.exchange.provider import publishing


@shared_task(name="exchange.publish")  # type: ignore[untyped-decorator]
def publish() -> int:
    """Bring what harvesters read in step with the catalogue."""
    return publishing.refresh()


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
    return running.sweep() + exports.sweep()


@shared_task(name="exchange.make_export")  # type: ignore[untyped-decorator]
def make_export(pk: int) -> str:
    """Write a long list that an editor asked for."""
    return exports.make(pk)
