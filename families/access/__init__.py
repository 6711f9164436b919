"""Who sees which family. Parents see their own children alike; addresses stay apart.

School staff see families through the roll, which lives above this app: enrolment widens
these sets with ``register_child_reach`` so that families stays ignorant of schools.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core import clock
from core.access import reach_of
from core.accounts.roles import Role
from core.acting import Scope, reaches

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.documents import Document
    from families.models import (  # noqa: F401
        Child,
        Guardian,
        Guardianship,
        Household,
        IncomeFile,
        Invitation,
        PayerRule,
        PickupContact,
    )

#: Agents who see every family of the city, whatever the school.
FAMILY_AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)

_child_reaches: list[Callable[[User], Q | None]] = []


def register_child_reach(reach: Callable[[User], Q | None]) -> None:
    """Let another app say which children its staff see, as a condition on Child."""
    if reach not in _child_reaches:
        _child_reaches.append(reach)


_identity_locks: list[Callable[[int], bool]] = []


def register_identity_lock(is_locked: Callable[[int], bool]) -> None:
    """Let another app say that a child's name and birth date are official by now."""
    if is_locked not in _identity_locks:
        _identity_locks.append(is_locked)


def identity_is_locked(child_id: int) -> bool:
    """Tell whether only an agent may still change who the child is said to be."""
    return any(is_locked(child_id) for is_locked in _identity_locks)


def current_links(on: dt.date | None = None, prefix: str = "") -> Q:
    """Return the condition that a guardianship is in force on a day (today unless told)."""
    day = on or clock.today()
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gt": day})
    )


class ChildQuerySet(models.QuerySet["Child"]):
    """Children by what a person may see."""

    def of_guardian(self, user: User) -> ChildQuerySet:
        """Children over whom this person holds parental authority today, rulings heeded."""
        from families.models import Guardianship

        links = Guardianship.objects.with_authority().filter(guardian__user=user)
        return self.filter(pk__in=links.values("child"))

    def closed_to(self, user: User) -> ChildQuerySet:
        """Children whose school life a ruling in force hides from this person."""
        from families.models import CourtRuling

        closing = CourtRuling.objects.closing().filter(guardian__user=user)
        return self.filter(pk__in=closing.values("child"))

    def visible_to(self, user: User) -> ChildQuerySet:
        """Own children; all for family agents; those on the roll for school staff."""
        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        condition = Q(pk__in=self.model._default_manager.of_guardian(user).values("pk"))
        for reach in _child_reaches:
            extra = reach(user)
            if extra is not None:
                condition |= extra
        return self.filter(condition)


class GuardianQuerySet(models.QuerySet["Guardian"]):
    """Guardians by what a person may see: contact details never cross between parents."""

    def holding_authority(self, child_id: int, on: dt.date | None = None) -> GuardianQuerySet:
        """Those who exercise authority over a child on a day (today unless told)."""
        from families.models import Guardianship

        links = Guardianship.objects.with_authority(on).filter(child=child_id)
        return self.filter(pk__in=links.values("guardian"))

    def visible_to(self, user: User) -> GuardianQuerySet:
        """Oneself; all for family agents and revenue officers."""
        if reach_of(user, *FAMILY_AGENTS, Role.REVENUE_OFFICER).city:
            return self
        return self.filter(user=user)


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Households by what a person may see."""

    def visible_to(self, user: User) -> HouseholdQuerySet:
        """The one a person belongs to; all for family agents."""
        if reach_of(user, *FAMILY_AGENTS).city:
            return self
        return self.filter(guardians__user=user).distinct()


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    """Links between guardians and children."""

    def current(self, on: dt.date | None = None) -> GuardianshipQuerySet:
        """Links in force on a day (today unless told)."""
        return self.filter(current_links(on))

    def with_authority(self, on: dt.date | None = None) -> GuardianshipQuerySet:
        """Links that let a guardian see and decide on a day: authority, and no ruling against."""
        from families.models import CourtRuling

        against = CourtRuling.objects.closing(on).filter(
            child=OuterRef("child"), guardian=OuterRef("guardian")
        )
        return self.current(on).filter(~Exists(against), parental_authority=True)

    def may_collect(self, on: dt.date | None = None) -> GuardianshipQuerySet:
        """Links that let a guardian collect the child on a day, rulings heeded."""
        from families.models import CourtRuling

        against = CourtRuling.objects.in_force(on).filter(
            child=OuterRef("child"), guardian=OuterRef("guardian"), no_pickup=True
        )
        return self.current(on).filter(~Exists(against), may_pick_up=True)

    def able_to_pay(self, on: dt.date | None = None) -> GuardianshipQuerySet:
        """Links of who may be named as a payer: authority, or the institution in charge."""
        from families.models import Guardianship

        return self.current(on).filter(
            Q(parental_authority=True) | Q(kind=Guardianship.Kind.INSTITUTION)
        )

    def visible_to(self, user: User) -> GuardianshipQuerySet:
        """Links of the children a person sees."""
        from families.models import Child

        return self.filter(child__in=Child.objects.visible_to(user).values("pk"))


class PayerRuleQuerySet(models.QuerySet["PayerRule"]):
    """Who pays: each parent's share stays hidden from the other."""

    def visible_to(self, user: User) -> PayerRuleQuerySet:
        """Rules in which one pays; all for family agents and revenue officers."""
        if reach_of(user, *FAMILY_AGENTS, Role.REVENUE_OFFICER).city:
            return self
        if not reaches(user, Scope.PAYMENTS):
            return self.none()
        return self.filter(shares__guardian__user=user).distinct()


class IncomeFileQuerySet(models.QuerySet["IncomeFile"]):
    """Income files: one's own household's; agents who check them, journalled."""

    def visible_to(self, user: User) -> IncomeFileQuerySet:
        """Files of one's own household; all for family agents and revenue officers."""
        if reach_of(user, *FAMILY_AGENTS, Role.REVENUE_OFFICER).city:
            return self
        if not reaches(user, Scope.INCOME):
            return self.none()
        return self.filter(household__guardians__user=user).distinct()


class PickupContactQuerySet(models.QuerySet["PickupContact"]):
    """People who may collect a child."""

    def current(self, on: dt.date | None = None) -> PickupContactQuerySet:
        """Contacts in force on a day (today unless told)."""
        return self.filter(current_links(on))

    def visible_to(self, user: User) -> PickupContactQuerySet:
        """Contacts of the children a person sees; pages hide phones named by another parent."""
        from families.models import Child

        return self.filter(child__in=Child.objects.visible_to(user).values("pk"))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations of the other guardian."""

    def open(self) -> InvitationQuerySet:
        """Neither used nor taken back, and not past its day."""
        return self.filter(
            used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
        )

    def visible_to(self, user: User) -> InvitationQuerySet:
        """Those one has sent."""
        return self.filter(invited_by=user)


def reads_document(user: User, document: Document) -> bool:
    """Let the household and the agents who check open a proof of income; registered in apps."""
    from families.models import IncomeFile

    return IncomeFile.objects.visible_to(user).filter(proof=document).exists()


def contact_address(user: User) -> str:
    """Return a guardian's address for messages, which others may share; registered in apps."""
    from families.models import Guardian

    found = Guardian.objects.filter(user=user).values_list("email", flat=True).first()
    return found or ""
