"""Tables on their way in, and what earlier ones taught: the columns that every app's share."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models

from core import clock
from core.journal import Actor
from core.tries import Tried


class Profile(models.Model):
    """How the tables of one source are read.

    ``columns`` maps facts to titles of columns ("" for none), ``values`` maps words that we do
    not know, folded, to what they mean.
    """

    name = models.CharField(max_length=80, unique=True)
    columns = models.JSONField(default=dict, blank=True)
    values = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def tidied(name: str) -> str:
        """Return a source's name as it is kept."""
        return " ".join(name.split())[:80]

    def learn(self, columns: Mapping[str, str], values: Mapping[str, str]) -> None:
        """Remember what somebody said of columns and words; called on a locked row."""
        self.columns = {**self.columns, **columns}
        self.values = {**self.values, **values}
        self.updated_at = clock.now()
        self.save(update_fields=["columns", "values", "updated_at"])


class Run(Tried):
    """One table, from its arrival to what became of it; ``digest`` is that of the plan shown."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(default=clock.now)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.filename} ({self.state})"  # type: ignore[attr-defined]

    @staticmethod
    def arrival(*, by: Actor, data: bytes, filename: str) -> dict[str, Any]:
        """Return what a new run says of its file."""
        sha256 = hashlib.sha256(data).hexdigest()
        return {"started_by": by.user, "filename": filename[:200], "sha256": sha256}
