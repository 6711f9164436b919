"""What the city decided, on a day."""

from __future__ import annotations

import datetime as dt

from classrooms.workshop import rules
from classrooms.workshop.models import WorkshopTerms


def terms_on(day: dt.date) -> rules.Terms:
    """Return the terms in force on a day; the usual ones before the first decision."""
    found = WorkshopTerms.objects.filter(starts_on__lte=day).order_by("-starts_on").first()
    return found.as_rules() if found is not None else rules.Terms()
