"""A request that came on paper: when it was received, its scan, who typed it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from core.documents import Document
from enrolment.registration.models.applications import Application


class PaperRequest(models.Model):
    """Marks an application as a paper one. The day it was received is the day it was sent."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="paper")
    received_on = models.DateField()
    scan = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_on = models.DateField(default=clock.today)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on__lte=F("entered_on")), name="paper_received_before_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} ({self.received_on:%Y-%m-%d})"
