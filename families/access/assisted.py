"""Who sees mandates and sessions of acting for a family, and who may act by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role
from core.acting import acting_of
from families.access import FAMILY_AGENTS

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.documents import Document
    from families.models import AssistanceMandate, AssistedSession  # noqa: F401


class MandateQuerySet(models.QuerySet["AssistanceMandate"]):
    """Mandates by which somebody may act for a family."""

    def visible_to(self, user: User) -> MandateQuerySet:
        """Those one has given or holds; all for family agents, who check the papers.

        Nobody who acts for a family sees or touches its mandates.
        """
        if acting_of(user) is not None:
            return self.none()
        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        return self.filter(Q(guardian__user=user) | Q(helper=user))

    def of_family(self, user: User) -> MandateQuerySet:
        """Those this person has given."""
        return self.none() if acting_of(user) else self.filter(guardian__user=user)

    def held_by(self, user: User) -> MandateQuerySet:
        """Those in force today by which this person may act: none without a helper's post."""
        today = clock.today()
        places = reach_of(user, Role.HELPER).services
        return self.filter(
            helper=user,
            place__code__in=places,
            place__is_open=True,
            state="active",
            starts_on__lte=today,
            last_day__gte=today,
        )


class AssistedSessionQuerySet(models.QuerySet["AssistedSession"]):
    """Sessions in which somebody acted for a family."""

    def running(self) -> AssistedSessionQuerySet:
        """Not ended, and not past their time."""
        return self.filter(ended_at__isnull=True, ends_at__gt=clock.now())

    def visible_to(self, user: User) -> AssistedSessionQuerySet:
        """Those in which one was helped; none to whoever acts for the family."""
        return self.none() if acting_of(user) else self.filter(guardian__user=user)


def reads_mandate(user: User, document: Document) -> bool:
    """Let the family and the agents who check open the scan of a mandate; registered in apps."""
    from families.models import AssistanceMandate

    mandates = AssistanceMandate.objects.filter(scan=document)
    if reach_of(user, *FAMILY_AGENTS).city:
        return mandates.exists()
    return mandates.filter(guardian__user=user).exists()
