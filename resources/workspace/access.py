"""Who sees which pupil account and class space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User


def managed_classes(user: User) -> models.QuerySet[Any]:
    """Classes whose accounts a person looks after: one's own, a head's whole school.

    Only the running school year: a teacher keeps no hold on last year's pupils.
    """
    from enrolment.schools.models import ClassGroup

    reach = reach_of(user, Role.HEAD_TEACHER)
    year = clock.school_year_of(clock.today())
    classes = ClassGroup.objects.filter(school_year__start_year=year)
    if reach.city:
        return classes
    own = Q(school__uai__in=reach.schools)
    if user.has_role(Role.TEACHER):
        own |= Q(pk__in=user.taught_classes.values("pk"))
    return classes.filter(own)


class ManagedClassQuerySet:
    """The classes a person looks after, behind the ``visible_to`` that look-ups use."""

    def visible_to(self, user: User) -> models.QuerySet[Any]:
        """Return ``managed_classes``."""
        return managed_classes(user)


class PupilAccountQuerySet(models.QuerySet[Any]):
    """Pupil accounts by what a person may see."""

    def visible_to(self, user: User) -> PupilAccountQuerySet:
        """One's own for a pupil; those of the classes one looks after for a teacher or head."""
        return self.filter(Q(user=user) | Q(class_group__in=managed_classes(user).values("pk")))


class ClassNoteQuerySet(models.QuerySet[Any]):
    """What is posted in class spaces."""

    def visible_to(self, user: User) -> ClassNoteQuerySet:
        """The pupil's own class while the account is open; one's classes for staff."""
        from resources.workspace.models import PupilAccount

        own = PupilAccount.objects.filter(user=user, state="active")
        return self.filter(
            Q(class_group__in=own.values("class_group"))
            | Q(class_group__in=managed_classes(user).values("pk"))
        )
