"""Who sees devices on their way out: technicians theirs and the workshop's, managers the city's.

Lots and those who receive them belong to the workshop, which all technicians share; the
sittings in which the city writes devices off are its managers'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from core.access import reach_of

if TYPE_CHECKING:
    from core.accounts.models import User


class OfDeviceQuerySet(models.QuerySet[Any]):
    """Rows about one device each."""

    def visible_to(self, user: User) -> OfDeviceQuerySet:
        """Those of the devices a person who runs the fleet may see."""
        from classrooms.models import Device

        reach = reach_of(user, *FLEET_STAFF)
        if reach.city:
            return self
        if not reach:
            return self.none()
        return self.filter(device__in=Device.objects.visible_to(user).values("pk"))


class DeviceDepartureQuerySet(OfDeviceQuerySet):
    """Devices on their way out."""

    def standing(self) -> DeviceDepartureQuerySet:
        """Those not refused and not back in service."""
        return self.filter(state__in=("proposed", "decided", "gone"))

    def pending(self) -> DeviceDepartureQuerySet:
        """Those proposed, not decided."""
        return self.filter(state="proposed")


class WipeQuerySet(OfDeviceQuerySet):
    """Records of removed data."""

    def passed(self) -> WipeQuerySet:
        """Those verified with success."""
        return self.filter(result="passed")


class SecondLifeQuerySet(models.QuerySet[Any]):
    """What the workshop's people share: lots, recipients, outdated systems."""

    def visible_to(self, user: User) -> SecondLifeQuerySet:
        """All for people who run the fleet."""
        return self if reach_of(user, *FLEET_STAFF) else self.none()


class LotLineQuerySet(models.QuerySet[Any]):
    """Devices within lots."""

    def visible_to(self, user: User) -> LotLineQuerySet:
        """All for people who run the fleet: what is in a lot stands in the workshop."""
        return self if reach_of(user, *FLEET_STAFF) else self.none()

    def standing(self) -> LotLineQuerySet:
        """Those of lots not given up."""
        return self.filter(standing=True)


class SittingQuerySet(models.QuerySet[Any]):
    """Sittings in which devices are written off."""

    def visible_to(self, user: User) -> SittingQuerySet:
        """All for the fleet's managers."""
        return self if reach_of(user, *FLEET_MANAGERS) else self.none()
