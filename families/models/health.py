"""Care at school. Every reading by staff is journalled."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from families import access
from families.models.children import Child


class HealthCarePlan(models.Model):
    """A PAI: care at school, valid for the stay in one school. Reads are journalled.

    ``allergens`` holds codes of the 14 of EU regulation 1169/2011, annex II.
    """

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="health_care_plans")
    allergens = models.JSONField(default=list)
    instructions = models.TextField(_("conduite à tenir"), blank=True)
    brings_packed_lunch = models.BooleanField(_("panier-repas"), default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = access.HealthCarePlanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.child_id} ({self.starts_on:%Y-%m-%d})"
