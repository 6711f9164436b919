"""Which school an address belongs to, by the council's segments."""

from __future__ import annotations

from django.db.models import QuerySet

from enrolment.schools.models import School, SchoolYear, StreetSegment
from enrolment.schools.rules import segment_matches
from families.models import Street


def segments_of(street: Street, year: SchoolYear) -> QuerySet[StreetSegment]:
    """Return a street's segments in a school year, with their schools."""
    return (
        StreetSegment.objects.filter(street=street, school_year=year, school__is_open=True)
        .select_related("school")
        .order_by("school__name", "number_from", "pk")
    )


def schools_for(
    street: Street, number: int | None, year: SchoolYear, level: str | None = None
) -> list[School]:
    """Return the schools whose area holds an address, in one query.

    With a ``level``, only those that teach it: an address has one kindergarten and one
    elementary school. None or several is for an agent to settle.
    """
    found = {
        segment.school_id: segment.school
        for segment in segments_of(street, year)
        if segment_matches(segment, number)
    }
    return [s for s in found.values() if level is None or level in s.levels]
