"""Work on the figures outside a request: safe to repeat."""

from __future__ import annotations

from celery import shared_task

from resources.figures import counting


@shared_task(name="figures.roll_up")  # type: ignore[untyped-decorator]
def roll_up() -> int:
    """Add the schools' counts of this month and the last up for the city."""
    return counting.roll_up()
