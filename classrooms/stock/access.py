"""Who sees the stock: technicians that of the workshops and of their schools, managers all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from classrooms.access import FLEET_STAFF
from core.access import acts_as, reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User


def within_reach(user: User) -> Q:
    """Return the condition that a row's ``depot`` or ``school`` is one the person works at."""
    reach = reach_of(user, *FLEET_STAFF)
    if reach.city:
        return Q()
    condition = Q(school__uai__in=reach.schools)
    if acts_as(user, Role.IT_TECHNICIAN):
        condition |= Q(depot__isnull=False)
    return condition


def sim_reach(user: User) -> Q:
    """Return the condition that a row is in a device or cart one runs, or in a workshop."""
    from classrooms.models import Cart, Device

    reach = reach_of(user, *FLEET_STAFF)
    if reach.city:
        return Q()
    if not reach:
        return Q(pk__in=[])
    condition = Q(device__in=Device.objects.visible_to(user).values("pk"))
    condition |= Q(cart__in=Cart.objects.visible_to(user).values("pk"))
    if acts_as(user, Role.IT_TECHNICIAN):
        condition |= Q(depot__isnull=False)
    return condition


class StockItemQuerySet(models.QuerySet[Any]):
    """What can be counted."""

    def visible_to(self, user: User) -> StockItemQuerySet:
        """All for people who run the fleet; none for others."""
        return self if reach_of(user, *FLEET_STAFF) else self.none()

    def in_use(self) -> StockItemQuerySet:
        """Those still kept."""
        return self.filter(is_active=True)


class SimCardQuerySet(models.QuerySet[Any]):
    """SIM cards."""

    def visible_to(self, user: User) -> SimCardQuerySet:
        """Those in the devices and carts one runs, and the workshops' for technicians."""
        return self.filter(sim_reach(user))


class SimEventQuerySet(models.QuerySet[Any]):
    """What happened to SIM cards."""

    def visible_to(self, user: User) -> SimEventQuerySet:
        """Where one may see the device or the cart it was in; the workshops' for technicians."""
        return self.filter(sim_reach(user))


class StockPlaceQuerySet(models.QuerySet[Any]):
    """Levels and movements, each at a workshop or a school."""

    def visible_to(self, user: User) -> StockPlaceQuerySet:
        """Those of the workshops and of one's schools."""
        return self.filter(within_reach(user))
