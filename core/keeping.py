"""What is remembered of retention: durations as decided, runs as made, keys of purges."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core import clock


class RetentionTerm(models.Model):
    """How long a rule keeps, as the city decided, from a day on; the newest in force counts.

    Without one, the rule keeps as long as its own source says.
    """

    rule = models.CharField(_("règle"), max_length=60)
    keep_days = models.PositiveIntegerField(_("durée de conservation, en jours"))
    valid_from = models.DateField(_("à partir du"))
    source = models.CharField(_("décision"), max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "valid_from"], name="retention_term_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.keep_days} ({self.valid_from:%Y-%m-%d})"


class RetentionRun(models.Model):
    """One night's work, or one look at what would go: a line a rule, counts and dates only."""

    started_at = models.DateTimeField(default=clock.now, db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    dry_run = models.BooleanField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lines = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}{' (à blanc)' if self.dry_run else ''}"


class PurgeKey(models.Model):
    """The key that lets old rows of an append-only table go, while they go.

    Written and removed inside the transaction of ``purge_rows``, so that no other connection
    ever sees it; the triggers of the table look for it by the table's name.
    """

    table = models.CharField(max_length=63)
    before = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.table} < {self.before:%Y-%m-%d}"


def purge_rows(rows: models.QuerySet[models.Model]) -> int:
    """Delete rows of an append-only table whose triggers know :class:`PurgeKey`.

    The key opens for no row younger than the youngest of ``rows``; called by
    ``core.retention`` only.
    """
    table = rows.model._meta.db_table
    with transaction.atomic():
        youngest = rows.aggregate(at=models.Max("at"))["at"]
        if youngest is None:
            return 0
        # The triggers compare with "older than": one microsecond more lets the youngest go.
        key = PurgeKey.objects.create(table=table, before=youngest + dt.timedelta(microseconds=1))
        count = rows._raw_delete(rows.db)
        key.delete()
    return int(count)
