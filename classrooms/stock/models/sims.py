"""SIM cards: in a device, in a cart's router, or waiting in a workshop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Cart, Depot, Device
from classrooms.stock import access, rules
from core import clock

_ONE_PLACE = (
    Q(device__isnull=False, cart__isnull=True, depot__isnull=True)
    | Q(device__isnull=True, cart__isnull=False, depot__isnull=True)
    | Q(device__isnull=True, cart__isnull=True, depot__isnull=False)
)


class SimCard(models.Model):
    """One card by its number (ICCID). Its place is where it is, or was last seen.

    Its PIN is never kept: it belongs to who unlocks the device. ``data_gb`` of 0 is without
    limit.
    """

    class State(models.TextChoices):
        SPARE = "spare", _("En réserve")
        ACTIVE = "active", _("En service")
        LOST = "lost", _("Perdue, à bloquer")
        BLOCKED = "blocked", _("Bloquée")
        ENDED = "ended", _("Résiliée")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.SIM_MOVES

    iccid = models.CharField(_("numéro de carte (ICCID)"), max_length=20, unique=True)
    phone = models.CharField(_("numéro de téléphone"), max_length=20, blank=True)
    operator = models.CharField(_("opérateur"), max_length=60)
    data_gb = models.PositiveSmallIntegerField(_("données par mois (Go)"), default=0)
    contract = models.CharField(_("contrat"), max_length=40, blank=True)
    contract_end = models.DateField(_("fin du contrat"), null=True, blank=True)
    monthly_cents = models.PositiveIntegerField(_("coût mensuel (centimes)"), default=0)
    state = models.CharField(
        _("situation"), max_length=8, choices=State.choices, default=State.SPARE
    )
    device = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="sim_cards"
    )
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="sim_cards"
    )
    depot = models.ForeignKey(
        Depot, null=True, blank=True, on_delete=models.PROTECT, related_name="sim_cards"
    )
    changed_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.SimCardQuerySet.as_manager()

    class Meta:
        ordering = ["iccid"]
        verbose_name = _("carte SIM")
        constraints = [
            models.CheckConstraint(condition=_ONE_PLACE, name="sim_at_one_place"),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(depot__isnull=True), name="sim_active_is_somewhere"
            ),
            models.CheckConstraint(
                condition=~Q(state="spare") | Q(depot__isnull=False), name="sim_spare_in_a_workshop"
            ),
            models.UniqueConstraint(
                fields=["device"], condition=Q(state="active"), name="sim_device_has_one"
            ),
            models.UniqueConstraint(
                fields=["cart"], condition=Q(state="active"), name="sim_cart_has_one"
            ),
        ]

    def __str__(self) -> str:
        return self.iccid

    @property
    def place(self) -> str:
        """Where it is, or was last seen, in words."""
        if self.device is not None:
            return f"{self.device} · {self.device.place}"
        if self.cart is not None:
            return f"{self.cart} · {self.cart.place}"
        return str(self.depot or "")


class SimEvent(models.Model):
    """One thing that happened to a card, and where it then was."""

    class Kind(models.TextChoices):
        ENTERED = "entered", _("Reçue")
        PLACED = "placed", _("Mise en service")
        STORED = "stored", _("Remise en réserve")
        LOST = "lost", _("Déclarée perdue")
        BLOCKED = "blocked", _("Bloquée chez l’opérateur")
        ENDED = "ended", _("Résiliée")

    sim = models.ForeignKey(SimCard, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=clock.now, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    cart = models.ForeignKey(Cart, null=True, on_delete=models.SET_NULL, related_name="+")
    depot = models.ForeignKey(Depot, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = access.SimEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} #{self.sim_id}"

    @property
    def place(self) -> str:
        """Where the card then was, in words."""
        return str(self.device or self.cart or self.depot or "")
