"""What people keep and open, and the count of the catalogue's changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from resources.catalogue import access
from resources.catalogue.models.description import Resource


class Favourite(models.Model):
    """A resource that somebody keeps at hand."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites"
    )
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "resource"], name="favourite_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.resource_id}"


class ResourceUse(models.Model):
    """How often a resource was opened on a day by a kind of person: counts, never names."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    audience = models.CharField(max_length=10, choices=Resource.Audience.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "day", "audience"], name="resource_use_one_row_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.count} ({self.day:%Y-%m-%d})"


class CatalogueVersion(models.Model):
    """One row that counts the catalogue's changes: an index states which one it holds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="catalogue_version_single_row"),
        ]

    def __str__(self) -> str:
        return str(self.number)
