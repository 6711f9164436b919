"""Households' family quotients, as declared and checked."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families import access
from families.models.household import Household


class IncomeFile(models.Model):
    """A household's family quotient in whole euros a month, as checked, from a day on.

    No file in force on a service day means the top tariff. ``proof`` is deleted once checked:
    the quotient is all that billing needs.
    """

    class Source(models.TextChoices):
        CAF = "caf", _("Attestation de la CAF")
        TAX = "tax", _("Avis d'imposition")
        DECLARED = "declared", _("Déclaré, en attente de contrôle")

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="income_files")
    family_quotient = models.PositiveIntegerField(_("quotient familial (euros par mois)"))
    source = models.CharField(max_length=10, choices=Source.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    proof = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(default=clock.now, editable=False)
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(_("motif du refus"), max_length=200, blank=True)

    objects = access.IncomeFileQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "valid_from"],
                condition=Q(checked_at__isnull=False),
                name="income_file_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(checked_at__isnull=True, refused_at__isnull=True),
                name="income_file_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True) | Q(refused_at__isnull=True),
                name="income_file_checked_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} ({self.valid_from:%Y-%m-%d})"

    def in_force(self, day: dt.date) -> bool:
        """Tell whether this checked file sets the tariff on a service day."""
        return (
            self.checked_at is not None
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )
