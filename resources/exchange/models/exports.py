"""Lists of resources taken out as files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.accounts.models import User
from core.exporting import Export
from resources.catalogue.access import OwnQuerySet


class CatalogueExport(Export):
    """A long list that a worker writes; ``filters`` are those of the editor's list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="catalogue_exports"
    )
    form = models.CharField(max_length=10)
    filters = models.JSONField(default=dict, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta(Export.Meta):
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

    @property
    def asker(self) -> User:
        """Who asked for it, and may fetch it."""
        return self.user
