"""Who sees which devices: technicians their schools and the depots, managers the city.

Heads see their school's; teachers the carts of their school, where they report faults,
and whatever was handed to their classes or to themselves.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from classrooms.holding import held
from classrooms.rules import GONE, MISSING
from core.access import acts_as, reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.access import Reach
    from core.accounts.models import User
    from enrolment.schools.models import School

#: Posts that run the fleet.
FLEET_STAFF = (Role.IT_TECHNICIAN, Role.IT_MANAGER, Role.ADMINISTRATOR)
#: Posts that look at a whole fleet or school without changing it.
FLEET_READERS = (*FLEET_STAFF, Role.HEAD_TEACHER)
#: Posts that may say that something is broken.
REPORTERS = (*FLEET_READERS, Role.TEACHER)
#: Posts that see the figures of the whole city.
FLEET_MANAGERS = (Role.IT_MANAGER, Role.ADMINISTRATOR)


def runs_at(user: User, school: School | None) -> bool:
    """Tell whether a person runs the fleet of a school; None is a workshop, which all share.

    Pages that others read too ask it before they offer an act: the head of a school who is a
    technician elsewhere acts there only.
    """
    reach = reach_of(user, *FLEET_STAFF)
    return bool(reach) if school is None else reach.covers_school(school.uai)


def held_by(user: User) -> Q:
    """Return the condition that a hand-out is to this person or one of their classes."""
    return Q(class_group__in=user.taught_classes.values("pk")) | Q(teacher=user)


def at_ones_places(user: User, reach: Reach) -> Q:
    """Return the condition that a row's ``school`` is within reach; none, a depot, is technicians'.

    Depots are shared: each technician works there.
    """
    condition = Q(school__uai__in=reach.schools)
    if acts_as(user, Role.IT_TECHNICIAN):
        condition |= Q(school__isnull=True)
    return condition


def counts_as_holder(user: User) -> bool:
    """Tell whether what one holds oneself is within reach: not in the acts of those who run it."""
    return user.entered_as is None or not user.entered_as <= frozenset(FLEET_STAFF)


def late_incident(today: dt.date) -> Q:
    """Return the condition that an incident's next promise is broken."""
    late = Q(state="reported", answer_by__lt=today) | Q(state="in_progress", settle_by__lt=today)
    return late & Q(paused_on__isnull=True)


class FleetReferenceQuerySet(models.QuerySet[Any]):
    """Categories, models and depots: the same for all who work with the fleet."""

    def visible_to(self, user: User) -> FleetReferenceQuerySet:
        """All for people who run the fleet, report to it or head a school; else none."""
        return self if reach_of(user, *REPORTERS) else self.none()


class CartQuerySet(models.QuerySet[Any]):
    """Carts."""

    def visible_to(self, user: User) -> CartQuerySet:
        """Those of one's schools; depot carts for technicians; those one's classes have."""
        from classrooms.models import HandOut

        if reach_of(user, *FLEET_READERS).city:
            return self
        reach = reach_of(user, *REPORTERS)
        condition = Q(school__uai__in=reach.schools)
        if acts_as(user, Role.IT_TECHNICIAN):
            condition |= Q(depot__isnull=False)
        if acts_as(user, Role.TEACHER):
            mine = HandOut.objects.filter(held_by(user), state="open", cart__isnull=False)
            condition |= Q(pk__in=mine.values("cart"))
        return self.filter(condition)


class DeviceQuerySet(models.QuerySet[Any]):
    """Devices."""

    def visible_to(self, user: User) -> DeviceQuerySet:
        """Those of one's schools; spares and repairs for technicians; those one holds."""
        from classrooms.models import HandOutItem

        if reach_of(user, *FLEET_READERS).city:
            return self
        reach = reach_of(user, *REPORTERS)
        condition = Q(cart__school__uai__in=reach.schools) | Q(school__uai__in=reach.schools)
        if acts_as(user, Role.IT_TECHNICIAN):
            condition |= Q(depot__isnull=False) | Q(cart__depot__isnull=False)
        if acts_as(user, Role.TEACHER):
            mine = HandOutItem.objects.filter(returned_at__isnull=True).filter(
                hand_out__in=self._hand_outs_of(user)
            )
            condition |= Q(pk__in=mine.values("device"))
        return self.filter(condition)

    @staticmethod
    def _hand_outs_of(user: User) -> models.QuerySet[Any]:
        from classrooms.models import HandOut

        return HandOut.objects.filter(held_by(user), state="open").values("pk")

    def live(self) -> DeviceQuerySet:
        """Everything not written off."""
        return self.exclude(state="retired")

    def present(self) -> DeviceQuerySet:
        """Everything neither written off nor missing."""
        return self.exclude(state__in=GONE)

    def with_place(self) -> DeviceQuerySet:
        """Annotate ``place_school``: the school's id, through the cart if there is one."""
        placed: DeviceQuerySet = self.annotate(
            place_school=Coalesce("cart__school_id", "school_id")
        )
        return placed

    def with_holder(self) -> DeviceQuerySet:
        """Annotate ``open_hand_out``: the id of the hand-out it is part of now, or null."""
        from classrooms.models import HandOutItem

        items = HandOutItem.objects.filter(device=OuterRef("pk"), returned_at__isnull=True)
        held: DeviceQuerySet = self.annotate(open_hand_out=Subquery(items.values("hand_out")[:1]))
        return held

    def available_spares(self) -> DeviceQuerySet:
        """Working devices kept in reserve, handed to nobody, on no way elsewhere."""
        spares = (
            self.with_holder()
            .filter(state="spare", open_hand_out__isnull=True)
            .exclude(condition="damaged")
        )
        for devices in held():
            spares = spares.exclude(pk__in=devices)
        return spares


class HandOutQuerySet(models.QuerySet[Any]):
    """Hand-outs."""

    def visible_to(self, user: User) -> HandOutQuerySet:
        """Those of one's schools for staff and heads; one's own and one's classes' else."""
        if reach_of(user, *FLEET_READERS).city:
            return self
        reach = reach_of(user, *FLEET_READERS)
        condition = Q(school__uai__in=reach.schools)
        return self.filter(condition | held_by(user) if counts_as_holder(user) else condition)

    def open(self) -> HandOutQuerySet:
        """Those not given back yet."""
        return self.filter(state="open")

    def late(self, day: dt.date) -> HandOutQuerySet:
        """Those due before a day, of which something can still be brought back.

        What is lost or stolen keeps its last holder, whom nobody asks for it every morning.
        """
        from classrooms.models import HandOutItem

        expected = HandOutItem.objects.out().exclude(device__state__in=MISSING)
        return self.open().filter(due_on__lt=day, pk__in=expected.values("hand_out"))


class HandOutItemQuerySet(models.QuerySet[Any]):
    """Devices within hand-outs."""

    def visible_to(self, user: User) -> HandOutItemQuerySet:
        """Those of the hand-outs a person sees."""
        from classrooms.models import HandOut

        return self.filter(hand_out__in=HandOut.objects.visible_to(user).values("pk"))

    def out(self) -> HandOutItemQuerySet:
        """Those not given back yet."""
        return self.filter(returned_at__isnull=True)


class IncidentQuerySet(models.QuerySet[Any]):
    """Incidents."""

    def visible_to(self, user: User) -> IncidentQuerySet:
        """Those of one's schools and, for technicians, of depots; those one reported."""
        reach = reach_of(user, *FLEET_READERS)
        if reach.city:
            return self
        condition = at_ones_places(user, reach)
        if acts_as(user, Role.TEACHER):
            condition |= Q(reporter=user) | Q(pk__in=user.followed_incidents.values("incident"))
        return self.filter(condition)

    def open(self) -> IncidentQuerySet:
        """Those still to be settled."""
        return self.exclude(state="closed")

    def late(self, today: dt.date) -> IncidentQuerySet:
        """Those whose next promise is broken."""
        return self.filter(late_incident(today))

    def with_due(self) -> IncidentQuerySet:
        """Annotate ``due``: the day of the next promise, as ``Incident.due_on`` has it."""
        due: IncidentQuerySet = self.annotate(
            due=Case(
                When(paused_on__isnull=False, then=None),
                When(state="reported", then=F("answer_by")),
                When(state="in_progress", then=F("settle_by")),
                default=None,
                output_field=models.DateField(),
            )
        )
        return due


class OfIncidentQuerySet(models.QuerySet[Any]):
    """What belongs to incidents: notes, and who follows them."""

    def visible_to(self, user: User) -> OfIncidentQuerySet:
        """Those of the incidents a person sees."""
        from classrooms.models import Incident

        return self.filter(incident__in=Incident.objects.visible_to(user).values("pk"))


class InternetLineQuerySet(models.QuerySet[Any]):
    """Internet lines."""

    def visible_to(self, user: User) -> InternetLineQuerySet:
        """Those of one's schools, for people who run the fleet or head a school."""
        return self.filter(reach_of(user, *FLEET_READERS).school_filter())

    def in_service(self) -> InternetLineQuerySet:
        """Those that have not been ended."""
        return self.filter(closed_on__isnull=True)


class LineChangeQuerySet(models.QuerySet[Any]):
    """What lines were before."""

    def visible_to(self, user: User) -> LineChangeQuerySet:
        """Those of the lines a person sees."""
        reach = reach_of(user, *FLEET_READERS)
        return self.filter(reach.school_filter("line__school__uai"))


class FleetEventQuerySet(models.QuerySet[Any]):
    """History."""

    def visible_to(self, user: User) -> FleetEventQuerySet:
        """What happened at one's schools and, for technicians, in depots.

        A spare that served elsewhere before does not tell where.
        """
        reach = reach_of(user, *FLEET_READERS)
        return self if reach.city else self.filter(at_ones_places(user, reach))


class ImportProfileQuerySet(models.QuerySet[Any]):
    """How suppliers' tables are read."""

    def visible_to(self, user: User) -> ImportProfileQuerySet:
        """All for people who run the fleet."""
        return self if reach_of(user, *FLEET_STAFF) else self.none()


class ImportRunQuerySet(models.QuerySet[Any]):
    """Tables of devices."""

    def visible_to(self, user: User) -> ImportRunQuerySet:
        """The city's for managers; a technician's own."""
        reach = reach_of(user, *FLEET_STAFF)
        if reach.city:
            return self
        return self.filter(started_by=user) if reach else self.none()
