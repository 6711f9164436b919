"""Who sees what was given, and what became of it.

The follow-up names pupils: only the teachers of the class see it. The school's head sees how
many began and finished, a pupil what is given to them, a parent what is given to their child.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core import clock
from core.accounts.roles import Role
from resources.workspace.access import managed_classes

if TYPE_CHECKING:
    from core.accounts.models import User


def taught_classes(user: User) -> models.QuerySet[Any]:
    """Return the classes a person teaches this school year."""
    if not user.has_role(Role.TEACHER):
        return user.taught_classes.none()
    year = clock.school_year_of(clock.today())
    return user.taught_classes.filter(school_year__start_year=year)


class TaughtClasses:
    """The classes one teaches, behind the ``visible_to`` that look-ups use."""

    def visible_to(self, user: User) -> models.QuerySet[Any]:
        """Return ``taught_classes``."""
        return taught_classes(user)


class PupilGroupQuerySet(models.QuerySet[Any]):
    """Groups of pupils."""

    def visible_to(self, user: User) -> PupilGroupQuerySet:
        """Those of the classes one teaches: they say something of each pupil's level."""
        return self.filter(class_group__in=taught_classes(user).values("pk"))

    def present(self) -> PupilGroupQuerySet:
        """Leave out those that were removed."""
        return self.filter(removed_at__isnull=True)


class AssignmentQuerySet(models.QuerySet[Any]):
    """What was given."""

    def visible_to(self, user: User) -> AssignmentQuerySet:
        """That of the classes one teaches or heads; for a pupil, what is given to them."""
        seen = Q(class_group__in=managed_classes(user).values("pk"))
        if user.has_role(Role.PUPIL):
            seen |= Q(pk__in=self.model.objects.for_pupil(user).values("pk"))
        return self.filter(seen)

    def followed_by(self, user: User) -> AssignmentQuerySet:
        """That of the classes one teaches: who may change it and see how each pupil did."""
        return self.filter(class_group__in=taught_classes(user).values("pk"))

    def active(self) -> AssignmentQuerySet:
        """Leave out what was withdrawn."""
        return self.filter(state="active")

    def during(self, first: dt.date, last: dt.date) -> AssignmentQuerySet:
        """Keep what is to be done between two days, both included."""
        return self.filter(starts_on__lte=last, due_on__gte=first)

    def given_to(self, children: Iterable[int] | models.QuerySet[Any]) -> AssignmentQuerySet:
        """Keep what is meant for some children, in the class in which they are today."""
        from enrolment.schools.models import RollEntry
        from resources.assignments.models import AssignmentPupil, PupilGroupMember

        present = RollEntry.objects.current().filter(
            class_group=OuterRef("class_group"), child__in=children
        )
        chosen = AssignmentPupil.objects.filter(
            assignment=OuterRef(OuterRef("pk")), child=OuterRef("child")
        )
        member = PupilGroupMember.objects.filter(
            group=OuterRef(OuterRef("group")), child=OuterRef("child")
        )
        return self.active().filter(
            (Q(target="class") & Exists(present))
            | (Q(target="pupils") & Exists(present.filter(Exists(chosen))))
            | (Q(target="group") & Exists(present.filter(Exists(member))))
        )

    def for_pupil(self, user: User) -> AssignmentQuerySet:
        """Keep what is given to a pupil whose account is open, in the account's class."""
        from resources.workspace.models import PupilAccount

        own = PupilAccount.objects.filter(user=user, state="active")
        return self.filter(
            class_group__in=own.values("class_group"), starts_on__lte=clock.today()
        ).given_to(own.values("child"))


class Followed:
    """What one may change and follow pupil by pupil, for look-ups."""

    def __init__(self, rows: AssignmentQuerySet) -> None:
        self._rows = rows

    def visible_to(self, user: User) -> AssignmentQuerySet:
        """Return that of the classes one teaches."""
        return self._rows.followed_by(user)


class ProgressQuerySet(models.QuerySet[Any]):
    """How pupils did."""

    def visible_to(self, user: User) -> ProgressQuerySet:
        """Pupils of the classes one teaches; one's own as a pupil."""
        from resources.workspace.models import PupilAccount

        own = PupilAccount.objects.filter(user=user, state="active")
        return self.filter(
            Q(item__assignment__class_group__in=taught_classes(user).values("pk"))
            | Q(child__in=own.values("child"))
        )
