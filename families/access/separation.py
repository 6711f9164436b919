"""Who sees objections, claims and court rulings; which rulings are in force."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.documents import Document
    from families.models import ChildClaim, CourtRuling, Objection  # noqa: F401


class ChildClaimQuerySet(models.QuerySet["ChildClaim"]):
    """Requests to be linked to a child already known."""

    def visible_to(self, user: User) -> ChildClaimQuerySet:
        """One's own; all for enrolment agents."""
        if reach_of(user, Role.ENROLMENT_AGENT).city:
            return self
        return self.filter(guardian__user=user)


class CourtRulingQuerySet(models.QuerySet["CourtRuling"]):
    """Court rulings: enrolment agents alone read them; everybody lives by them."""

    def in_force(self, on: dt.date | None = None) -> CourtRulingQuerySet:
        """Those in force on a day (today unless told), mistakes left out."""
        day = on or clock.today()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
            starts_on__lte=day,
            cancelled_at__isnull=True,
        )

    def closing(self, on: dt.date | None = None) -> CourtRulingQuerySet:
        """Those in force that take from a guardian the view of the child's school life."""
        return self.in_force(on).filter(Q(no_access=True) | Q(no_authority=True))

    def visible_to(self, user: User) -> CourtRulingQuerySet:
        """All for enrolment agents, none for anybody else."""
        return self if reach_of(user, Role.ENROLMENT_AGENT).city else self.none()


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections of one parent to an act."""

    def open(self) -> ObjectionQuerySet:
        """Those that freeze their act."""
        return self.filter(state="open")

    def visible_to(self, user: User) -> ObjectionQuerySet:
        """Those about one's children, whoever objected; all for enrolment agents.

        That there is an objection is known to both parents; its words are its author's.
        """
        from families.models import Child

        if reach_of(user, Role.ENROLMENT_AGENT).city:
            return self
        return self.filter(child__in=Child.objects.of_guardian(user).values("pk"))


def reads_separation_document(user: User, document: Document) -> bool:
    """Let enrolment agents open rulings, objections, agreements and proofs of claims."""
    from families.models import ChildClaim, Consent, CourtRuling, Objection

    if not reach_of(user, Role.ENROLMENT_AGENT).city:
        return False
    return (
        CourtRuling.objects.filter(document=document).exists()
        or Objection.objects.filter(document=document).exists()
        or Consent.objects.filter(document=document).exists()
        or ChildClaim.objects.filter(proof=document).exists()
    )
