"""Forecasts of renewal, kept as they were on their day."""

from __future__ import annotations

import uuid
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.planning import access
from core import clock


class Forecast(models.Model):
    """A forecast kept under a name: its assumptions, and what each year came to that day.

    ``years`` are ``[year, devices, cents, waiting]``.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=80)
    on = models.DateField(_("calculée le"))
    assumptions = models.JSONField()
    years = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.PlanningQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("prévision")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="forecast_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def query(self) -> str:
        """The address that makes the same assumptions today."""
        given = self.assumptions
        ceiling = given.get("ceiling_cents")
        asked = {
            "category": given.get("category") or "",
            "first_year": given["first_year"],
            "rise": str(Decimal(given.get("rise") or 0) / 10).replace(".", ","),
            "ceiling": ceiling // 100 if ceiling else "",
            "order": given.get("order") or "",
        }
        return urlencode(asked)

    @property
    def cents(self) -> int:
        """What the five years cost."""
        return sum(int(row[2]) for row in self.years)

    @property
    def devices(self) -> int:
        """How many devices the five years replace."""
        return sum(int(row[1]) for row in self.years)
