"""Who takes part in September: technicians for their schools, managers for the city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from classrooms.access import FLEET_STAFF
from core.access import reach_of

if TYPE_CHECKING:
    from core.accounts.models import User


class SeasonRunQuerySet(models.QuerySet[Any]):
    """Runs of the city, one a school year."""

    def visible_to(self, user: User) -> SeasonRunQuerySet:
        """All for people who run the fleet."""
        return self if reach_of(user, *FLEET_STAFF) else self.none()


class SchoolSeasonQuerySet(models.QuerySet[Any]):
    """What a run asks of each school."""

    def visible_to(self, user: User) -> SchoolSeasonQuerySet:
        """Those of one's schools."""
        return self.filter(reach_of(user, *FLEET_STAFF).school_filter())


class OfSeasonQuerySet(models.QuerySet[Any]):
    """Steps done and carts promised, within a school's season."""

    def visible_to(self, user: User) -> OfSeasonQuerySet:
        """Those of one's schools."""
        return self.filter(reach_of(user, *FLEET_STAFF).school_filter("season__school__uai"))
