"""Copies of one's data, requests to correct or erase it, accounts on their way out."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access import reach_of
from core.accounts.models import User
from core.accounts.roles import Role
from core.documents import Document


class DataExportQuerySet(models.QuerySet["DataExport"]):
    """Copies by who may have them."""

    def visible_to(self, user: User) -> DataExportQuerySet:
        """One's own, whatever posts one holds."""
        return self.filter(user=user)

    def open(self) -> DataExportQuerySet:
        """Keep those still being made."""
        return self.filter(state__in=[DataExport.WAITING, DataExport.RUNNING])


class DataExport(models.Model):
    """A copy of all we hold on somebody, made on request and kept for seven days."""

    WAITING, RUNNING, READY, FAILED = "waiting", "running", "ready", "failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports"
    )
    state = models.CharField(
        max_length=10,
        default=WAITING,
        choices=[
            (WAITING, _("en attente")),
            (RUNNING, _("en préparation")),
            (READY, _("prête")),
            (FAILED, _("interrompue")),
        ],
    )
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps_total = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(default=clock.now, editable=False)
    lease_until = models.DateTimeField(default=clock.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["waiting", "running"]),
                name="data_export_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(ready_at__isnull=False, expires_at__gt=models.F("ready_at")),
                name="data_export_ready_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} ({self.get_state_display()})"

    @property
    def is_kept(self) -> bool:
        """True while the file may still be downloaded."""
        return self.expires_at is not None and clock.now() < self.expires_at

    @property
    def percent(self) -> int:
        """How far the copy is, in per cent."""
        return 100 * self.steps_done // self.steps_total if self.steps_total else 0


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    """Requests by who may see them."""

    def visible_to(self, user: User) -> RightsRequestQuerySet:
        """One's own; all for the agents who answer families."""
        if reach_of(user, Role.ENROLMENT_AGENT, Role.ADMINISTRATOR).city:
            return self
        return self.filter(user=user)


class RightsRequest(models.Model):
    """Somebody asks that data be corrected, or erased; answered within one month."""

    class Kind(models.TextChoices):
        RECTIFICATION = "rectification", _("Correction")
        ERASURE = "erasure", _("Effacement")

    OPEN, DONE, REFUSED, WITHDRAWN = "open", "done", "refused", "withdrawn"
    MOVES = {OPEN: {DONE, REFUSED, WITHDRAWN}}

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rights_requests"
    )
    kind = models.CharField(max_length=15, choices=Kind.choices)
    section = models.CharField(max_length=60, blank=True)
    words = models.TextField(_("ce qui ne va pas"), max_length=2000, blank=True)
    state = models.CharField(
        max_length=10,
        default=OPEN,
        choices=[
            (OPEN, _("en attente de réponse")),
            (DONE, _("fait")),
            (REFUSED, _("refusé")),
            (WITHDRAWN, _("retiré")),
        ],
    )
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(_("réponse"), max_length=2000, blank=True)
    report = models.JSONField(default=list)

    objects = RightsRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"], name="rights_request_due_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(kind="erasure", state="open"),
                name="rights_request_one_erasure",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "refused"]) | Q(answered_at__isnull=False),
                name="rights_request_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"

    @property
    def is_late(self) -> bool:
        """True when the month is over without an answer."""
        return self.state == self.OPEN and self.due_on < clock.today()


class AccountClosing(models.Model):
    """Somebody closes their account: it can be undone until ``effective_at``."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="closings"
    )
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    effective_at = models.DateTimeField(db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(undone_at__isnull=True, done_at__isnull=True),
                name="account_closing_one_open",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(done_at__isnull=True),
                name="account_closing_undone_or_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ({self.effective_at:%Y-%m-%d})"
