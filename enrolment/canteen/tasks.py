"""Work of the canteen outside a request."""

from __future__ import annotations

from celery import shared_task

from enrolment.canteen.actions.bookings import materialise


@shared_task(name="canteen.follow_usual_weeks")  # type: ignore[untyped-decorator]
def follow_usual_weeks() -> int:
    """Turn usual weeks into bookings up to the horizon; nightly, harmless to repeat."""
    return materialise()
