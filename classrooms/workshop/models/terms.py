"""What the city decided of the workshop, and what it noticed of its models."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import DeviceModel, Incident
from classrooms.workshop import access, rules
from core import clock


class WorkshopTerms(models.Model):
    """Rates and thresholds in force from a day on; before the first, ``rules.Terms()``."""

    starts_on = models.DateField(_("à partir du"), unique=True)
    hour_cents = models.PositiveIntegerField(_("prix d’une heure de travail"))
    share_percent = models.PositiveSmallIntegerField(_("part de la valeur restante"))
    floor_percent = models.PositiveSmallIntegerField(_("valeur minimale"))
    claim_days = models.PositiveSmallIntegerField(_("relance du fabricant après"))
    alert_min = models.PositiveSmallIntegerField(_("panne répétée à partir de"))
    alert_percent = models.PositiveSmallIntegerField(_("et de"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.TermsQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = _("barème de l’atelier")
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__lte=200, floor_percent__lte=100, alert_percent__lte=100),
                name="workshop_terms_sensible",
            ),
            models.CheckConstraint(
                condition=Q(claim_days__gte=1, alert_min__gte=2), name="workshop_terms_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d}"

    def as_rules(self) -> rules.Terms:
        """Return them as the rules read them."""
        return rules.Terms(
            hour_cents=self.hour_cents,
            share_percent=self.share_percent,
            floor_percent=self.floor_percent,
            claim_days=self.claim_days,
            alert_min=self.alert_min,
            alert_percent=self.alert_percent,
        )


class FaultAlert(models.Model):
    """A kind of fault that comes back on one model, noticed once a quarter."""

    model = models.ForeignKey(DeviceModel, on_delete=models.CASCADE, related_name="fault_alerts")
    kind = models.CharField(max_length=10, choices=Incident.Kind.choices)
    quarter = models.DateField()
    noticed_at = models.DateTimeField(default=clock.now)
    count = models.PositiveIntegerField()
    fleet = models.PositiveIntegerField()

    objects = access.AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-quarter", "-count", "pk"]
        verbose_name = _("panne répétée")
        constraints = [
            models.UniqueConstraint(
                fields=["model", "kind", "quarter"], name="fault_alert_once_a_quarter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_id}: {self.kind}, {self.quarter:%Y-%m}"

    @property
    def percent(self) -> int:
        """Faults for a hundred devices."""
        return self.count * 100 // self.fleet if self.fleet else 100
