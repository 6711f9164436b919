"""Who sees the workshop: technicians what comes from their schools, managers all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF, at_ones_places
from core.access import reach_of

if TYPE_CHECKING:
    from core.accounts.models import User


class WorkshopQuerySet(models.QuerySet[Any]):
    """Repairs and claims: each remembers the school its device came from."""

    def visible_to(self, user: User) -> WorkshopQuerySet:
        """Those of one's schools and, for technicians, those that came from no school."""
        reach = reach_of(user, *FLEET_STAFF)
        return self if reach.city else self.filter(at_ones_places(user, reach))

    def open(self) -> WorkshopQuerySet:
        """Those not ended yet."""
        return self.filter(closed_at__isnull=True)


class OfRepairQuerySet(models.QuerySet[Any]):
    """What belongs to repairs: parts, and what was done."""

    def visible_to(self, user: User) -> OfRepairQuerySet:
        """Those of the repairs a person sees."""
        from classrooms.workshop.models import Repair

        return self.filter(repair__in=Repair.objects.visible_to(user).values("pk"))


class TermsQuerySet(models.QuerySet[Any]):
    """What the city decided of the workshop's rules."""

    def visible_to(self, user: User) -> TermsQuerySet:
        """All for people who run the fleet."""
        return self if reach_of(user, *FLEET_STAFF) else self.none()


class AlertQuerySet(models.QuerySet[Any]):
    """Faults that come back on one model: a figure of the whole city."""

    def visible_to(self, user: User) -> AlertQuerySet:
        """All for those who see the city's figures."""
        return self if reach_of(user, *FLEET_MANAGERS).city else self.none()
