"""Devices and carts on their way from one place to another."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.lending import access, rules
from classrooms.models import Cart, Depot, Device
from core import clock
from enrolment.schools.models import School


class Transfer(models.Model):
    """A journey of devices and whole carts between schools and depots.

    ``source`` says what asked for it (``allocation:12``), so that asking again plans nothing
    more for the same destination. Places change at receipt, not before.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("À préparer")
        DISPATCHED = "dispatched", _("En route")
        RECEIVED = "received", _("Reçu")
        CANCELLED = "cancelled", _("Annulé")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.TRANSFER_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("étape"), max_length=10, choices=State.choices, default=State.PLANNED
    )
    from_school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers_out"
    )
    from_depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers_out"
    )
    to_school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers_in"
    )
    to_depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers_in"
    )
    reason = models.CharField(_("motif"), max_length=200)
    source = models.CharField(max_length=60, blank=True)
    planned_for = models.DateField(_("prévu le"), null=True, blank=True)
    planned_at = models.DateTimeField(default=clock.now)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispatched_at = models.DateTimeField(_("parti le"), null=True, blank=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("reçu ou annulé le"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    why_cancelled = models.CharField(_("pourquoi annulé"), max_length=200, blank=True)

    objects = access.TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at", "-pk"]
        verbose_name = _("transfert")
        indexes = [models.Index(fields=["state", "planned_for"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_school__isnull=False, from_depot__isnull=True)
                | Q(from_school__isnull=True, from_depot__isnull=False),
                name="transfer_from_one_place",
            ),
            models.CheckConstraint(
                condition=Q(to_school__isnull=False, to_depot__isnull=True)
                | Q(to_school__isnull=True, to_depot__isnull=False),
                name="transfer_to_one_place",
            ),
            models.CheckConstraint(
                condition=Q(from_school__isnull=True)
                | Q(to_school__isnull=True)
                | ~Q(from_school=F("to_school")),
                name="transfer_between_two_schools",
            ),
            models.CheckConstraint(
                condition=Q(from_depot__isnull=True)
                | Q(to_depot__isnull=True)
                | ~Q(from_depot=F("to_depot")),
                name="transfer_between_two_depots",
            ),
            models.UniqueConstraint(
                fields=["source", "to_school"],
                condition=~Q(source="") & ~Q(state="cancelled") & Q(to_school__isnull=False),
                name="transfer_source_once_to_school",
            ),
            models.UniqueConstraint(
                fields=["source", "to_depot"],
                condition=~Q(source="") & ~Q(state="cancelled") & Q(to_depot__isnull=False),
                name="transfer_source_once_to_depot",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dispatched", "received"]) | Q(dispatched_at__isnull=False),
                name="transfer_left_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "cancelled"], ended_at__isnull=False)
                | (~Q(state__in=["received", "cancelled"]) & Q(ended_at__isnull=True)),
                name="transfer_ended_at_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(why_cancelled=""),
                name="transfer_cancelled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"TR-{self.pk:05d}" if self.pk else "TR"

    @property
    def origin(self) -> School | Depot:
        """Where it leaves from."""
        place = self.from_school or self.from_depot
        if place is None:
            raise ValueError("a transfer leaves from somewhere")
        return place

    @property
    def destination(self) -> School | Depot:
        """Where it goes."""
        place = self.to_school or self.to_depot
        if place is None:
            raise ValueError("a transfer goes somewhere")
        return place

    @property
    def is_open(self) -> bool:
        """True until received or cancelled."""
        return self.state in (self.State.PLANNED, self.State.DISPATCHED)


class TransferCart(models.Model):
    """A whole cart of a transfer, with whatever is in it when it leaves."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="carts")
    cart = models.ForeignKey(Cart, on_delete=models.PROTECT, related_name="transfers")
    is_open = models.BooleanField(default=True)

    objects = access.TransferPartQuerySet.as_manager()

    class Meta:
        ordering = ["transfer", "cart"]
        constraints = [
            models.UniqueConstraint(
                fields=["cart"], condition=Q(is_open=True), name="transfer_cart_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.cart_id}"


class TransferItem(models.Model):
    """One device of a transfer; ``cart`` and ``slot`` say where it travels, if in a cart.

    ``seen_at`` is when somebody scanned or ticked it at the end of the journey.
    """

    class Outcome(models.TextChoices):
        GOOD = "good", _("Arrivé")
        DAMAGED = "damaged", _("Arrivé abîmé")
        MISSING = "missing", _("Pas arrivé")

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="items")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="transfer_items")
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)

    objects = access.TransferPartQuerySet.as_manager()

    class Meta:
        ordering = ["transfer", "cart", "slot", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(is_open=True), name="transfer_device_once"
            ),
            models.UniqueConstraint(fields=["transfer", "device"], name="transfer_names_once"),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(outcome=""), name="transfer_outcome_at_the_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.device_id}"
