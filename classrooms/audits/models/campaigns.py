"""Campaigns: a set of schools to be counted before a day."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.audits import access
from core import clock
from enrolment.schools.models import School


class Campaign(models.Model):
    """An order to count what some schools have, from one day to another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=80)
    starts_on = models.DateField(_("du"))
    deadline = models.DateField(_("à finir avant le"))
    schools = models.ManyToManyField(School, through="CampaignSchool", related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        verbose_name = _("campagne de contrôle")
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline__gte=F("starts_on")), name="campaign_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """True until somebody ends it."""
        return self.closed_at is None

    def is_late(self, today: dt.date) -> bool:
        """Tell whether its last day has passed while it goes on."""
        return self.is_open and self.deadline < today


class CampaignSchool(models.Model):
    """A school of a campaign.

    ``planned`` is how many counts were due there, kept from the day the campaign ends: until
    then it is as many as there are carts, and one for what stands outside them.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="places")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    planned = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = access.CampaignSchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("école d’une campagne")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "school"], name="campaign_school_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.school_id}"
