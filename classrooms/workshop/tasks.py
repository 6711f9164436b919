"""Work of the workshop outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from classrooms.workshop import actions
from core import clock


@shared_task(name="workshop.look_around")  # type: ignore[untyped-decorator]
def look_around() -> int:
    """Remind of unanswered claims, notice faults that come back; return how many messages."""
    today = clock.today()
    return actions.remind(today) + actions.notice_faults(today)
