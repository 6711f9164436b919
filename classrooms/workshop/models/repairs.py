"""Devices on the bench: what they have, what was done, what it cost."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Depot, Device, Incident
from classrooms.stock.models import StockItem, StockMovement
from classrooms.workshop import access, rules
from core import clock
from enrolment.schools.models import School


class Repair(models.Model):
    """One device mended, or not. ``school`` is where it came from, and decides who sees it.

    Without a ``depot`` it is mended where it stands. While it is open its cost is what was
    noted so far at today's hourly rate; ``hour_cents``, ``parts_cents`` and ``cost_cents``
    are what they were when it ended.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Reçu")
        DIAGNOSED = "diagnosed", _("Diagnostiqué")
        WAITING_PART = "waiting_part", _("Attend une pièce")
        AT_SUPPLIER = "at_supplier", _("Chez le réparateur")
        DONE = "done", _("Réparé")
        GIVEN_UP = "given_up", _("Abandonné")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.REPAIR_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="repairs")
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="repairs"
    )
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="+")
    depot = models.ForeignKey(Depot, null=True, on_delete=models.PROTECT, related_name="repairs")
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    state_since = models.DateTimeField(default=clock.now)
    diagnosis = models.CharField(_("diagnostic"), max_length=500, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    minutes = models.PositiveIntegerField(default=0)
    quote_cents = models.PositiveIntegerField(null=True, blank=True)
    quote_supplier = models.CharField(_("réparateur"), max_length=80, blank=True)
    quote_ref = models.CharField(_("numéro du devis"), max_length=40, blank=True)
    hour_cents = models.PositiveIntegerField(null=True, blank=True)
    parts_cents = models.PositiveIntegerField(null=True, blank=True)
    cost_cents = models.PositiveIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.WorkshopQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        verbose_name = _("réparation")
        indexes = [models.Index(fields=["state", "state_since"])]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(closed_at__isnull=True), name="repair_open_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["done", "given_up"],
                    closed_at__isnull=False,
                    hour_cents__isnull=False,
                    parts_cents__isnull=False,
                    cost_cents__isnull=False,
                )
                | (
                    ~Q(state__in=["done", "given_up"])
                    & Q(
                        closed_at__isnull=True,
                        hour_cents__isnull=True,
                        parts_cents__isnull=True,
                        cost_cents__isnull=True,
                    )
                ),
                name="repair_closed_has_cost",
            ),
            models.CheckConstraint(
                condition=~Q(state="at_supplier") | ~Q(quote_supplier=""),
                name="repair_supplier_named",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.pk:05d}" if self.pk else "R"

    @property
    def is_open(self) -> bool:
        """True until it is mended or given up."""
        return self.closed_at is None

    @property
    def days(self) -> int:
        """Days in its present state, or days it took."""
        end = self.closed_at or clock.now()
        start = self.opened_at if self.closed_at else self.state_since
        return (clock.service_day(end) - clock.service_day(start)).days


class RepairPart(models.Model):
    """Pieces put into a device: from the stock, or bought for it.

    ``ref`` names the act that put them in: the same act told twice does it once.
    """

    repair = models.ForeignKey(Repair, on_delete=models.CASCADE, related_name="parts")
    at = models.DateTimeField(default=clock.now)
    item = models.ForeignKey(
        StockItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    movement = models.OneToOneField(
        StockMovement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    label = models.CharField(_("pièce"), max_length=80)
    quantity = models.PositiveSmallIntegerField(_("nombre"), default=1)
    unit_cents = models.PositiveIntegerField(_("prix d’une pièce"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ref = models.CharField(max_length=40, blank=True)

    objects = access.OfRepairQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["repair", "ref"], condition=~Q(ref=""), name="repair_part_told_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=100), name="repair_part_counted"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True, movement__isnull=True)
                | Q(item__isnull=False, movement__isnull=False),
                name="repair_part_from_stock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.label}"

    @property
    def cost_cents(self) -> int:
        """What they cost together."""
        return self.quantity * self.unit_cents


class RepairEntry(models.Model):
    """One line of a repair's book: a move, a note, minutes of work."""

    repair = models.ForeignKey(Repair, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField(default=clock.now)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=12, choices=Repair.State.choices, blank=True)
    minutes = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=500, blank=True)

    objects = access.OfRepairQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__lte=1440), name="repair_entry_one_day"),
            models.CheckConstraint(
                condition=~Q(state="", text="", minutes=0), name="repair_entry_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.repair_id}: {self.state or self.minutes}"
