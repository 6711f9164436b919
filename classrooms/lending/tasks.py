"""Work on movements outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from classrooms.lending.actions import reminding
from core import clock


@shared_task(name="lending.remind_overdue")  # type: ignore[untyped-decorator]
def remind_overdue() -> int:
    """Tell who waits for what is late, on a morning of school."""
    return reminding.remind_overdue(clock.today())


@shared_task(name="lending.remind_reservations")  # type: ignore[untyped-decorator]
def remind_reservations() -> int:
    """Tell teachers what they reserved for the next day of school."""
    return reminding.remind_reservations(clock.today())
