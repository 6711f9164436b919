"""Devices people have signed in from, so that a new one can be told of."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core import clock


class KnownDevice(models.Model):
    """A browser that one account was opened from.

    ``key`` is a keyed hash of the device's own random number and of the account: rows of two
    people who share a tablet cannot be told to be the same tablet.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_devices"
    )
    key = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField(default=clock.now, editable=False)
    last_seen_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="known_device_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ({self.first_seen_at:%Y-%m-%d})"
