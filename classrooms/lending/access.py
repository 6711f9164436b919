"""Who sees which movements: both ends of a transfer, the school of a cart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from classrooms.access import FLEET_READERS, FLEET_STAFF, REPORTERS
from core.access import acts_as, reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User


class TransferQuerySet(models.QuerySet[Any]):
    """Transfers."""

    def visible_to(self, user: User) -> TransferQuerySet:
        """Those that leave or reach one's schools; between depots, for technicians."""
        reach = reach_of(user, *FLEET_READERS)
        if reach.city:
            return self
        condition = Q(from_school__uai__in=reach.schools) | Q(to_school__uai__in=reach.schools)
        if acts_as(user, Role.IT_TECHNICIAN):
            condition |= Q(from_school__isnull=True, to_school__isnull=True)
        return self.filter(condition)

    def open(self) -> TransferQuerySet:
        """Those planned or on their way."""
        return self.filter(state__in=("planned", "dispatched"))

    def sendable_by(self, user: User) -> TransferQuerySet:
        """Those whose starting point is within a person's charge."""
        reach = reach_of(user, *FLEET_STAFF)
        if reach.city:
            return self
        if not reach:
            return self.none()
        mine = Q(from_school__uai__in=reach.schools) | Q(from_depot__isnull=False)
        return self.visible_to(user).filter(mine)

    def receivable_by(self, user: User) -> TransferQuerySet:
        """Those whose arrival a person may confirm: at her school, or in a depot."""
        reach = reach_of(user, *FLEET_READERS)
        if reach.city:
            return self
        condition = Q(to_school__uai__in=reach.schools)
        if acts_as(user, *FLEET_STAFF):
            condition |= Q(to_depot__isnull=False)
        return self.visible_to(user).filter(condition)


class TransferPartQuerySet(models.QuerySet[Any]):
    """Devices and carts within transfers."""

    def visible_to(self, user: User) -> TransferPartQuerySet:
        """Those of the transfers a person sees."""
        from classrooms.lending.models import Transfer

        return self.filter(transfer__in=Transfer.objects.visible_to(user).values("pk"))

    def on_the_way(self) -> TransferPartQuerySet:
        """Those that have left and not arrived."""
        return self.filter(is_open=True, transfer__state="dispatched")


class ReservationQuerySet(models.QuerySet[Any]):
    """Reservations of carts."""

    def visible_to(self, user: User) -> ReservationQuerySet:
        """Those of one's schools: a calendar is of use only when colleagues read it."""
        if reach_of(user, *FLEET_READERS).city:
            return self
        return self.filter(school__uai__in=reach_of(user, *REPORTERS).schools)

    def changeable_by(self, user: User) -> ReservationQuerySet:
        """Those one may cancel or turn into a hand-out: one's own, those of one's charge."""
        reach = reach_of(user, *FLEET_READERS)
        if reach.city:
            return self
        condition = Q(school__uai__in=reach.schools) | Q(teacher=user)
        return self.visible_to(user).filter(condition)

    def standing(self) -> ReservationQuerySet:
        """Those that take hours of a cart."""
        return self.exclude(state="cancelled")


class ReservedHourQuerySet(models.QuerySet[Any]):
    """Hours of carts that are taken."""

    def visible_to(self, user: User) -> ReservedHourQuerySet:
        """Those of the reservations a person sees."""
        from classrooms.lending.models import Reservation

        return self.filter(reservation__in=Reservation.objects.visible_to(user).values("pk"))


class AgreementQuerySet(models.QuerySet[Any]):
    """Loan agreements."""

    def visible_to(self, user: User) -> AgreementQuerySet:
        """Those of one's schools for staff and heads; one's own, and one's classes', else."""
        from classrooms.lending.models import AgreementLine
        from classrooms.models import HandOut

        if reach_of(user, *FLEET_READERS).city:
            return self
        lines = AgreementLine.objects.filter(
            hand_out__in=HandOut.objects.visible_to(user).values("pk")
        )
        return self.filter(Q(pk__in=lines.values("agreement")) | Q(signer=user))


class AgreementLineQuerySet(models.QuerySet[Any]):
    """Hand-outs that an agreement covers."""

    def visible_to(self, user: User) -> AgreementLineQuerySet:
        """Those of the agreements a person sees."""
        from classrooms.lending.models import LoanAgreement

        return self.filter(agreement__in=LoanAgreement.objects.visible_to(user).values("pk"))
