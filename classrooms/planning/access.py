"""Who plans: those who run the whole city's fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from classrooms.access import FLEET_MANAGERS
from core.access import reach_of

if TYPE_CHECKING:
    from core.accounts.models import User


class PlanningQuerySet(models.QuerySet[Any]):
    """Plans and forecasts."""

    def visible_to(self, user: User) -> PlanningQuerySet:
        """All for managers of the city's fleet and administrators, none for anybody else."""
        return self if reach_of(user, *FLEET_MANAGERS).city else self.none()
