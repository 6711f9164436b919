"""Prices as the council voted them: dated, sourced, never changed once in force."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from payments import access


class Tariff(models.Model):
    """One version of a service's prices, from a service day until the next version.

    ``bands``: the price follows the family quotient by steps. ``effort_rate``: the price is
    ``rate_per_mille`` thousandths of the quotient (0.39 % is 3.9 ‰, stored as 3.900), kept
    between ``floor_cents`` and ``ceiling_cents``. Without a quotient the top price counts.
    """

    class Kind(models.TextChoices):
        BANDS = "bands", _("Par tranches de quotient familial")
        EFFORT_RATE = "effort_rate", _("Au taux d’effort")

    service = models.SlugField(_("prestation"), max_length=40)
    label = models.CharField(_("libellé"), max_length=80)
    kind = models.CharField(_("mode de calcul"), max_length=12, choices=Kind.choices)
    valid_from = models.DateField(_("en vigueur à partir du"))
    resolution = models.CharField(_("délibération"), max_length=120)
    rate_per_mille = models.DecimalField(
        _("taux d’effort (‰)"), max_digits=7, decimal_places=3, null=True, blank=True
    )
    floor_cents = models.PositiveIntegerField(_("prix plancher"), null=True, blank=True)
    ceiling_cents = models.PositiveIntegerField(_("prix plafond"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.TariffQuerySet.as_manager()

    class Meta:
        ordering = ["service", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["service", "valid_from"], name="tariff_one_a_day"),
            models.CheckConstraint(condition=~Q(resolution=""), name="tariff_has_resolution"),
            models.CheckConstraint(
                condition=Q(
                    kind="bands",
                    rate_per_mille__isnull=True,
                    floor_cents__isnull=True,
                    ceiling_cents__isnull=True,
                )
                | Q(
                    kind="effort_rate",
                    rate_per_mille__gt=0,
                    floor_cents__isnull=False,
                    ceiling_cents__gte=models.F("floor_cents"),
                ),
                name="tariff_formula_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.valid_from:%Y-%m-%d})"


class TariffBand(models.Model):
    """A step of a tariff: up to ``quotient_max`` euros included; null is the top step."""

    tariff = models.ForeignKey(Tariff, on_delete=models.CASCADE, related_name="bands")
    code = models.CharField(_("tranche"), max_length=10)
    quotient_max = models.PositiveIntegerField(_("quotient jusqu’à"), null=True, blank=True)
    unit_price_cents = models.PositiveIntegerField(_("prix"))

    class Meta:
        ordering = ["tariff", models.F("quotient_max").asc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(fields=["tariff", "code"], name="band_code_once"),
            models.UniqueConstraint(fields=["tariff", "quotient_max"], name="band_limit_once"),
            models.UniqueConstraint(
                fields=["tariff"], condition=Q(quotient_max__isnull=True), name="band_one_top"
            ),
        ]

    def __str__(self) -> str:
        return self.code
