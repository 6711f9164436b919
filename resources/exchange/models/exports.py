"""Lists of resources taken out as files."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from core.tries import Tried
from resources.catalogue.access import OwnQuerySet


class CatalogueExport(Tried):
    """A long list that a worker writes; ``filters`` are those of the editor's list.

    One that could not be written is "failed" and says why.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("En attente")
        MAKING = "making", _("En cours")
        READY = "ready", _("Prêt")
        FAILED = "failed", _("Interrompu")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "waiting": {"making", "failed"},
        "making": {"ready", "failed"},
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="catalogue_exports"
    )
    form = models.CharField(max_length=10)
    filters = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    moved_at = models.DateTimeField(default=clock.now)
    problem = models.CharField(max_length=300, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="catalogue_export_within_total"
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(problem=""),
                name="catalogue_export_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} ({self.asked_at:%Y-%m-%d})"
