"""Carts that teachers count on, hour by hour."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.lending import access, rules
from classrooms.models import Cart, HandOut
from core import clock
from enrolment.schools.models import ClassGroup, School


class Reservation(models.Model):
    """A cart reserved for a teacher on one day, from an hour to another.

    ``series`` joins those that were asked for together, week after week. What keeps two
    apart is ``ReservedHour``: one row for each hour, unique for a cart.
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("Réservé")
        USED = "used", _("Chariot pris")
        CANCELLED = "cancelled", _("Annulé")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.RESERVATION_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, related_name="reservations")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cart_reservations"
    )
    class_group = models.ForeignKey(
        ClassGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField(_("jour"))
    first_hour = models.PositiveSmallIntegerField(_("de"))
    end_hour = models.PositiveSmallIntegerField(_("à"))
    purpose = models.CharField(_("pour quoi faire"), max_length=100, blank=True)
    series = models.UUIDField(null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    booked_at = models.DateTimeField(default=clock.now)
    hand_out = models.OneToOneField(
        HandOut, null=True, blank=True, on_delete=models.SET_NULL, related_name="reservation"
    )

    objects = access.ReservationQuerySet.as_manager()

    class Meta:
        ordering = ["day", "first_hour", "pk"]
        verbose_name = _("réservation")
        indexes = [
            models.Index(fields=["school", "day"]),
            models.Index(fields=["series"], condition=Q(series__isnull=False), name="series_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    first_hour__gte=rules.HOURS[0],
                    end_hour__lte=rules.HOURS[-1] + 1,
                    first_hour__lt=F("end_hour"),
                ),
                name="reservation_hours_of_school",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cart} {self.day:%d/%m/%Y}, {self.span}"

    @property
    def part(self) -> str:
        """The part of the day it fills (``am``, ``pm``, ``day``), empty for precise hours."""
        hours = (self.first_hour, self.end_hour)
        return next((part for part, known in rules.PARTS.items() if known == hours), "")

    @property
    def span(self) -> str:
        """From when to when, in words."""
        if self.part:
            return str(PART_NAMES[self.part])
        return f"{self.first_hour}\u00a0h – {self.end_hour}\u00a0h"

    @property
    def who(self) -> str:
        """The teacher, and the class if one is named."""
        name: str = self.teacher.get_full_name()
        return f"{name} ({self.class_group})" if self.class_group else name


PART_NAMES = {"am": _("matin"), "pm": _("après-midi"), "day": _("toute la journée")}


class ReservedHour(models.Model):
    """One hour of one cart, taken by one reservation. Whatever happens, no hour is taken twice."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="hours")
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()

    objects = access.ReservedHourQuerySet.as_manager()

    class Meta:
        ordering = ["day", "hour"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "day", "hour"], name="cart_hour_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.cart_id}: {self.day} {self.hour} h"
