"""What is remembered of how people are told things."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock


class MessageChoice(models.Model):
    """What somebody wants of a kind of message; without a row, e-mail yes and SMS no.

    ``address`` stands in for ``user`` where the reader has no account.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField(max_length=254, blank=True)
    kind = models.CharField(max_length=80)
    email = models.BooleanField(default=True)
    sms = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(user__isnull=False), name="choice_once_a_user"
            ),
            models.UniqueConstraint(
                fields=["address", "kind"],
                condition=Q(user__isnull=True),
                name="choice_once_an_address",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="")
                | (Q(user__isnull=True, sms=False) & ~Q(address="")),
                name="choice_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.user_id or 'address'})"


class MessageAttachment(models.Model):
    """A private document that leaves with a message: referred to, never copied."""

    message = models.ForeignKey(
        "core.Message", on_delete=models.CASCADE, related_name="attachments"
    )
    document = models.ForeignKey("core.Document", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "document"], name="attachment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.document_id}"


class AddressHealth(models.Model):
    """An e-mail address that sent mail back. ``failing_since`` set: nothing is sent there."""

    address = models.CharField(max_length=254, unique=True)
    hard_bounces = models.PositiveSmallIntegerField(default=0)
    last_status = models.CharField(max_length=12, blank=True)
    last_bounce_at = models.DateTimeField(default=clock.now, db_index=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(address=""), name="address_health_named"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.hard_bounces}"


class Bounce(models.Model):
    """One message that came back; a report read twice counts once."""

    message = models.OneToOneField("core.Message", on_delete=models.CASCADE, related_name="bounce")
    status = models.CharField(max_length=12)
    permanent = models.BooleanField()
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.message_id}: {self.status}"
