"""What the open catalogue told the world, and when: the provider's own memory."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core import clock
from resources.catalogue.models import Resource


class PublicRecord(models.Model):
    """One resource as harvesters know it; a deleted one stays for good, without its notice.

    ``datestamp`` is the second at which what is public of it last changed: appeared, changed,
    went away. ``digest`` is that of what is public; ``source_updated_at`` says which version
    of the resource it was taken from. ``identifier`` is never given to another resource.
    """

    identifier = models.SlugField(max_length=60, unique=True)
    resource = models.OneToOneField(
        Resource, null=True, on_delete=models.SET_NULL, related_name="public_record"
    )
    datestamp = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    source_updated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["datestamp", "pk"]
        indexes = [models.Index(fields=["datestamp", "id"], name="public_record_in_order")]
        constraints = [
            models.CheckConstraint(condition=~Q(identifier=""), name="public_record_named"),
        ]

    def __str__(self) -> str:
        return self.identifier


class PublicRecordSet(models.Model):
    """A set to which a record belongs, or belonged when it went away (``level:CM1``)."""

    record = models.ForeignKey(PublicRecord, on_delete=models.CASCADE, related_name="sets")
    spec = models.CharField(max_length=150)

    class Meta:
        ordering = ["spec", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["spec", "record"], name="public_record_set_once"),
        ]

    def __str__(self) -> str:
        return self.spec


class PublicState(models.Model):
    """One row: up to which change of the catalogue, and for which day, records are in step."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    catalogue_version = models.PositiveBigIntegerField(default=0)
    day = models.DateField(null=True)
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="public_state_single_row"),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue_version} ({self.day})"
