"""Who sees which counts: those of one's schools, and of the workshops for technicians."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from classrooms.access import FLEET_READERS
from core.access import acts_as, reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User


def _within(user: User, path: str) -> Q | None:
    """Return the condition that a school, named by ``path``, is within reach; None for all.

    What has no school stands in a workshop, which technicians see.
    """
    reach = reach_of(user, *FLEET_READERS)
    if reach.city:
        return None
    condition = Q(**{f"{path}__uai__in": reach.schools})
    if acts_as(user, Role.IT_TECHNICIAN):
        condition |= Q(**{f"{path}__isnull": True})
    return condition


class AuditQuerySet(models.QuerySet[Any]):
    """Counts of a cart or of a school's devices outside carts."""

    def visible_to(self, user: User) -> AuditQuerySet:
        """Those of one's schools; those of workshop carts for technicians."""
        condition = _within(user, "school")
        return self if condition is None else self.filter(condition)

    def open(self) -> AuditQuerySet:
        """Those that go on."""
        return self.filter(state="open")


class ScanQuerySet(models.QuerySet[Any]):
    """What was scanned."""

    def visible_to(self, user: User) -> ScanQuerySet:
        """Those of the counts one sees."""
        condition = _within(user, "audit__school")
        return self if condition is None else self.filter(condition)

    def standing(self) -> ScanQuerySet:
        """Those that count: with a text, and not taken back."""
        return self.filter(undone=False).exclude(text="")


class LineQuerySet(models.QuerySet[Any]):
    """What closed counts found."""

    def visible_to(self, user: User) -> LineQuerySet:
        """Those of the counts one sees."""
        condition = _within(user, "audit__school")
        return self if condition is None else self.filter(condition)


class CampaignQuerySet(models.QuerySet[Any]):
    """Campaigns."""

    def visible_to(self, user: User) -> CampaignQuerySet:
        """Those with a school of one's own; managers see the city's."""
        from classrooms.audits.models import CampaignSchool

        reach = reach_of(user, *FLEET_READERS)
        if reach.city:
            return self
        mine = CampaignSchool.objects.filter(school__uai__in=reach.schools)
        return self.filter(pk__in=mine.values("campaign"))

    def running(self) -> CampaignQuerySet:
        """Those not closed yet."""
        return self.filter(closed_at__isnull=True)


class CampaignSchoolQuerySet(models.QuerySet[Any]):
    """Schools of campaigns."""

    def visible_to(self, user: User) -> CampaignSchoolQuerySet:
        """Those within one's reach."""
        return self.filter(reach_of(user, *FLEET_READERS).school_filter())


class LabelPrintQuerySet(models.QuerySet[Any]):
    """Labels printed."""

    def visible_to(self, user: User) -> LabelPrintQuerySet:
        """Those of the devices and carts one sees."""
        from classrooms.models import Cart, Device

        if reach_of(user, *FLEET_READERS).city:
            return self
        return self.filter(
            Q(device__in=Device.objects.visible_to(user).values("pk"))
            | Q(cart__in=Cart.objects.visible_to(user).values("pk"))
        )
