"""Who sees which counts: the city's, a school's, a class's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from core import clock
from core.access import reach_of
from core.accounts.roles import Role
from resources.catalogue.access import EDITORS

if TYPE_CHECKING:
    from core.accounts.models import User

#: Posts that read figures of a school or of the city.
FIGURE_READERS = (*EDITORS, Role.HEAD_TEACHER)
#: Posts that read the curriculum map.
MAP_READERS = (*FIGURE_READERS, Role.TEACHER)


def own_classes(user: User) -> models.QuerySet[Any]:
    """Classes that a person teaches this school year: the only ones whose use they read."""
    from enrolment.schools.models import ClassGroup

    year = clock.school_year_of(clock.today())
    if not user.has_role(Role.TEACHER):
        return ClassGroup.objects.none()
    return ClassGroup.objects.filter(
        pk__in=user.taught_classes.values("pk"), school_year__start_year=year
    )


class OwnClassQuerySet:
    """One's own classes, behind the ``visible_to`` that look-ups use."""

    def visible_to(self, user: User) -> models.QuerySet[Any]:
        """Return ``own_classes``."""
        return own_classes(user)


def schools_read(user: User) -> models.QuerySet[Any]:
    """Schools whose figures a person reads: all for the city's editors, a head's own."""
    from enrolment.schools.models import School

    if reach_of(user, *EDITORS).city:
        return School.objects.filter(is_open=True)
    return School.objects.filter(reach_of(user, Role.HEAD_TEACHER).school_filter("uai"))


class ClassUseQuerySet(models.QuerySet[Any]):
    """What classes opened."""

    def visible_to(self, user: User) -> ClassUseQuerySet:
        """Of one's own classes, for whoever teaches them; nobody looks over their shoulder."""
        return self.filter(class_group__in=own_classes(user).values("pk"))


class SchoolUseQuerySet(models.QuerySet[Any]):
    """What schools opened."""

    def visible_to(self, user: User) -> SchoolUseQuerySet:
        """Every school's for editors, one's own for heads."""
        if reach_of(user, *EDITORS).city:
            return self
        return self.filter(reach_of(user, Role.HEAD_TEACHER).school_filter())


class CityUseQuerySet(models.QuerySet[Any]):
    """What the city opened."""

    def visible_to(self, user: User) -> CityUseQuerySet:
        """For editors."""
        return self if reach_of(user, *EDITORS).city else self.none()


class SubscriptionQuerySet(models.QuerySet[Any]):
    """What the city pays."""

    def visible_to(self, user: User) -> SubscriptionQuerySet:
        """For editors."""
        return self if reach_of(user, *EDITORS).city else self.none()


class GapQuerySet(models.QuerySet[Any]):
    """What teachers miss."""

    def visible_to(self, user: User) -> GapQuerySet:
        """For editors."""
        return self if reach_of(user, *EDITORS).city else self.none()


class GapReportQuerySet(models.QuerySet[Any]):
    """What classes reported missing."""

    def visible_to(self, user: User) -> GapReportQuerySet:
        """All for editors; those of one's own classes for teachers."""
        if reach_of(user, *EDITORS).city:
            return self
        return self.filter(class_group__in=own_classes(user).values("pk"))
