"""Who sees moves, names as they were, and what a family told an agent."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core.access import reach_of
from families.access import FAMILY_AGENTS

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.documents import Document
    from families.models import (  # noqa: F401
        HomeAddress,
        NameChange,
        SchoolQuestion,
        SituationReport,
    )


class HomeAddressQuerySet(models.QuerySet["HomeAddress"]):
    """Addresses a household has had, has, will have."""

    def waiting(self) -> HomeAddressQuerySet:
        """Keep moves to come."""
        return self.filter(applied_at__isnull=True)

    def due(self, day: dt.date) -> HomeAddressQuerySet:
        """Keep moves whose day has come and that are not written on the household yet."""
        return self.waiting().filter(starts_on__lte=day)

    def visible_to(self, user: User) -> HomeAddressQuerySet:
        """Those of one's own household, and the move one announced; all for family agents."""
        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        mine = Q(household__guardians__user=user) | Q(mover__user=user, applied_at__isnull=True)
        return self.filter(mine).distinct()


class SchoolQuestionQuerySet(models.QuerySet["SchoolQuestion"]):
    """What is asked about school after a move."""

    def open(self) -> SchoolQuestionQuerySet:
        """Keep questions an agent has not closed."""
        return self.filter(handled_at__isnull=True)

    def visible_to(self, user: User) -> SchoolQuestionQuerySet:
        """Those asked of one's own household about one's own children; all for agents."""
        from families.models import Child

        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        return self.filter(
            address__household__guardians__user=user,
            child__in=Child.objects.of_guardian(user).values("pk"),
        ).distinct()


class NameChangeQuerySet(models.QuerySet["NameChange"]):
    """Names as they were."""

    def visible_to(self, user: User) -> NameChangeQuerySet:
        """One's own and one's children's; all for family agents."""
        from families.models import Child

        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        own = Q(guardian__user=user) | Q(child__in=Child.objects.of_guardian(user).values("pk"))
        return self.filter(own)


class SituationReportQuerySet(models.QuerySet["SituationReport"]):
    """What families told an agent."""

    def open(self) -> SituationReportQuerySet:
        """Keep what nobody has dealt with."""
        return self.filter(handled_at__isnull=True)

    def visible_to(self, user: User) -> SituationReportQuerySet:
        """What one has written oneself; all for family agents. Never the other parent's."""
        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        return self.filter(reported_by__user=user)


def reads_report_proof(user: User, document: Document) -> bool:
    """Let the writer and the agents open what was joined to a report; registered in apps."""
    from families.models import SituationReport

    return SituationReport.objects.visible_to(user).filter(proof=document).exists()
