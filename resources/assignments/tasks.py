"""Nightly work on what is given: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from resources.assignments.actions import plans


@shared_task(name="assignments.settle_seats")  # type: ignore[untyped-decorator]
def settle_seats() -> int:
    """Give back the accesses of pupils who left, take those of newcomers."""
    return plans.settle_all()
