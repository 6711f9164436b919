"""Work on what schools sent, outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from resources.curation.actions import asked


@shared_task(name="curation.settle_moved")  # type: ignore[untyped-decorator]
def settle_moved() -> int:
    """Close the reports of addresses that were changed since and answer."""
    return asked.settle_moved()
