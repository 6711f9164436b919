"""Who sees which of a child's care facts: each kind has readers of its own, no wider.

Parents with authority see them all. Staff reach a child through the roll, by the roles that
need that kind of fact, and only after saying why (``families.readings``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role
from core.acting import Scope, reaches
from families.access import current_links

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.documents import Document
    from families.models import (  # noqa: F401
        Child,
        EmergencyContact,
        FoodAllergy,
        HealthCarePlan,
        PhotoAnswer,
        PlanDocument,
    )

#: Which roles read which kind of fact at school. An enrolment agent reads no health fact.
FACET_READERS: dict[str, tuple[str, ...]] = {
    "health_plan": (Role.HEAD_TEACHER,),
    "diet": (Role.HEAD_TEACHER, Role.CANTEEN_MANAGER),
    "emergency": (Role.HEAD_TEACHER, Role.TEACHER),
    "pickup": (Role.HEAD_TEACHER, Role.TEACHER, Role.ENROLMENT_AGENT),
    "photos": (Role.HEAD_TEACHER, Role.TEACHER),
}
#: Kinds that say something of a child's health.
HEALTH_FACETS = frozenset({"health_plan", "diet"})
#: Everybody who reads some of them.
CARE_READERS = tuple(sorted({role for roles in FACET_READERS.values() for role in roles}))

RollReach = Callable[["User", tuple[str, ...]], Q | None]
_roll_reaches: list[RollReach] = []


def register_roll_reach(reach: RollReach) -> None:
    """Let another app say which children a person reaches at school through some roles."""
    if reach not in _roll_reaches:
        _roll_reaches.append(reach)


def children_at_school(user: User, *roles: str) -> models.QuerySet[Child]:
    """Return the children a person reaches at school through these roles only."""
    from families.models import Child

    if Role.ENROLMENT_AGENT in roles and reach_of(user, Role.ENROLMENT_AGENT).city:
        return Child.objects.all()
    found = Q(pk__in=[])
    for reach in _roll_reaches:
        extra = reach(user, roles)
        if extra is not None:
            found |= extra
    return Child.objects.filter(found)


def _seen(user: User, facet: str) -> Q:
    """Return the condition that a fact is of one's own child, or read at school by one's role."""
    from families.models import Child

    if not reaches(user, Scope.HEALTH if facet in HEALTH_FACETS else Scope.FAMILY):
        return Q(pk__in=())
    return Q(child__in=Child.objects.of_guardian(user).values("pk")) | Q(
        child__in=children_at_school(user, *FACET_READERS[facet]).values("pk")
    )


class HealthCarePlanQuerySet(models.QuerySet["HealthCarePlan"]):
    """Health care plans: parents with authority; staff only through journalled reads."""

    def in_force(self, day: dt.date | None = None) -> HealthCarePlanQuerySet:
        """Keep plans in force on a day (today unless told), confirmed by the school or not."""
        return self.filter(current_links(day))

    def confirmed(self) -> HealthCarePlanQuerySet:
        """Keep plans the school has confirmed."""
        return self.filter(confirmed_at__isnull=False)

    def visible_to(self, user: User) -> HealthCarePlanQuerySet:
        """Plans of one's own children; of the children reached for head and canteen staff.

        Canteen staff are shown the allergens and the packed lunch, nothing more.
        """
        return self.filter(_seen(user, "diet"))


class PlanDocumentQuerySet(models.QuerySet["PlanDocument"]):
    """Pages of plans."""

    def visible_to(self, user: User) -> PlanDocumentQuerySet:
        """Pages for parents with authority and the head of the school."""
        from families.models import HealthCarePlan

        plans = HealthCarePlan.objects.filter(_seen(user, "health_plan"))
        return self.filter(plan__in=plans.values("pk"))


class FoodAllergyQuerySet(models.QuerySet["FoodAllergy"]):
    """Allergies told by the family."""

    def current(self) -> FoodAllergyQuerySet:
        """Keep what is told today."""
        return self.filter(ends_on__isnull=True)

    def visible_to(self, user: User) -> FoodAllergyQuerySet:
        """Parents with authority; head and canteen staff."""
        return self.filter(_seen(user, "diet"))


class EmergencyContactQuerySet(models.QuerySet["EmergencyContact"]):
    """Whom to call."""

    def current(self, on: dt.date | None = None) -> EmergencyContactQuerySet:
        """Keep contacts in force on a day (today unless told)."""
        return self.filter(current_links(on))

    def visible_to(self, user: User) -> EmergencyContactQuerySet:
        """Parents with authority (pages hide phones named by another); head and teachers."""
        return self.filter(_seen(user, "emergency"))


class PhotoAnswerQuerySet(models.QuerySet["PhotoAnswer"]):
    """What guardians say about pictures."""

    def current(self) -> PhotoAnswerQuerySet:
        """Keep answers that count today."""
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> PhotoAnswerQuerySet:
        """Parents with authority; head and teachers."""
        return self.filter(_seen(user, "photos"))


def to_renew(lead: dt.timedelta) -> models.QuerySet[HealthCarePlan]:
    """Return confirmed plans that end within ``lead`` and that no later plan follows."""
    from families.models import HealthCarePlan

    today = clock.today()
    later = HealthCarePlan.objects.filter(child=models.OuterRef("child")).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=models.OuterRef("ends_on"))
    )
    return (
        HealthCarePlan.objects.confirmed()
        .filter(ends_on__gt=today, ends_on__lte=today + lead)
        .exclude(models.Exists(later))
        .order_by("pk")
    )


def to_renew_soon(plan: HealthCarePlan) -> bool:
    """Tell whether this plan is one that its parents are reminded of."""
    return to_renew(dt.timedelta(days=settings.PLAN_REMINDER_DAYS)).filter(pk=plan.pk).exists()


def reads_plan_page(user: User, document: Document) -> bool:
    """Let parents open a page of a plan, and the head who has just said why; see apps."""
    from families.models import Child, PlanDocument
    from families.readings import is_open

    page = PlanDocument.objects.visible_to(user).filter(document=document).first()
    if page is None:
        return False
    child = page.plan.child
    own = Child.objects.of_guardian(user).filter(pk=child.pk).exists()
    return own or is_open(user, child, "health_plan")
