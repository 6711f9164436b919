"""Which labels were printed, when, by whom and why. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.audits import access
from classrooms.models import Cart, Device
from core import clock


class LabelPrint(models.Model):
    """One label of one thing, on a place of a sheet. A trigger refuses to change it."""

    class Reason(models.TextChoices):
        FIRST = "first", _("Premier étiquetage")
        WORN = "worn", _("Étiquette abîmée")
        LOST = "lost", _("Étiquette disparue")
        CHECK = "check", _("Contrôle du parc")
        OTHER = "other", _("Autre raison")

    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="label_prints"
    )
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="label_prints"
    )
    reason = models.CharField(_("raison"), max_length=6, choices=Reason.choices)
    sheet = models.CharField(_("planche"), max_length=8)
    place = models.PositiveSmallIntegerField(_("place sur la planche"))

    objects = access.LabelPrintQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("étiquette imprimée")
        constraints = [
            models.CheckConstraint(
                condition=Q(device__isnull=False, cart__isnull=True)
                | Q(device__isnull=True, cart__isnull=False),
                name="label_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.at:%Y-%m-%d}"
