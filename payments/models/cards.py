"""Payments through a provider: attempts, what the provider told us, refunds."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families.models import Guardian
from payments import access
from payments.models.billing import Invoice

#: States in which money has come in; an attempt never leaves this circle again.
_MONEY_IN = ("paid", "partially_refunded", "refunded", "disputed")


class PaymentAttempt(models.Model):
    """A payment begun on a provider's page. Nothing leaves ``paid`` backwards.

    ``request`` is frozen at creation so that sending it again under the same key (our
    ``public_id``) can never ask for something else.
    """

    class State(models.TextChoices):
        CREATED = "created", _("Préparé")
        OPEN = "open", _("En attente sur la page de paiement")
        PROCESSING = "processing", _("En cours de traitement par la banque")
        PAID = "paid", _("Payé")
        PARTIALLY_REFUNDED = "partially_refunded", _("Remboursé en partie")
        REFUNDED = "refunded", _("Remboursé")
        DISPUTED = "disputed", _("Contesté")
        EXPIRED = "expired", _("Abandonné")
        FAILED = "failed", _("Refusé")
        ANOMALY = "anomaly", _("À vérifier")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "created": {"open", "processing", "expired", "failed", "anomaly", *_MONEY_IN},
        "open": {"processing", "expired", "failed", "anomaly", *_MONEY_IN},
        "processing": {"expired", "failed", "anomaly", *_MONEY_IN},
        "expired": {"failed", "anomaly", *_MONEY_IN},
        "failed": {"anomaly", *_MONEY_IN},
        "anomaly": set(_MONEY_IN),
        "paid": set(_MONEY_IN),
        "partially_refunded": set(_MONEY_IN),
        "refunded": set(_MONEY_IN),
        "disputed": set(_MONEY_IN),
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payer = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="attempts")
    provider = models.CharField(max_length=12)
    state = models.CharField(max_length=20, choices=State.choices, default=State.CREATED)
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="eur")
    request = models.JSONField(default=dict)
    session_id = models.CharField(max_length=100, unique=True, null=True, blank=True)
    payment_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    hosted_url = models.CharField(max_length=2000, blank=True)
    expires_at = models.DateTimeField()
    refunded_cents = models.PositiveIntegerField(default=0)
    #: Disputes known, by the provider's id: ``open``, ``won`` or ``lost``.
    disputes = models.JSONField(default=dict)
    receipt_number = models.CharField(max_length=20, unique=True, null=True)  # noqa: DJ001
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["created", "open", "processing"]),
                name="attempt_pending",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="attempt_positive"),
            models.CheckConstraint(
                condition=Q(refunded_cents__lte=F("amount_cents")), name="attempt_refund_in_paid"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def object_id(self) -> str:
        """What the ledger knows this payment by."""
        return self.payment_id or self.session_id or ""

    @property
    def is_pending(self) -> bool:
        """True while the provider has yet to tell the outcome."""
        return self.state in {self.State.CREATED, self.State.OPEN, self.State.PROCESSING}

    @property
    def has_settled(self) -> bool:
        """True once money came in, whatever became of it later."""
        return self.settled_at is not None

    @property
    def refundable_cents(self) -> int:
        """What may still be given back; nothing while a payment is disputed."""
        if self.state not in {self.State.PAID, self.State.PARTIALLY_REFUNDED}:
            return 0
        return self.amount_cents - self.refunded_cents


class AttemptLine(models.Model):
    """What an attempt pays of an invoice. One *active* line per invoice at a time."""

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.CASCADE, related_name="lines")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="attempt_lines")
    cents = models.PositiveIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["attempt", "invoice"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "invoice"], name="attempt_line_once"),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(active=True), name="attempt_one_active_a_bill"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="attempt_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}/{self.invoice_id}"


class ProviderEvent(models.Model):
    """A notification as received; ``processed_at`` stays null until it has been applied."""

    provider = models.CharField(max_length=12)
    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=80)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=clock.now, editable=False)
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    objects = access.StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="event_once"),
        ]

    def __str__(self) -> str:
        return self.event_id


class Refund(models.Model):
    """Money given back on an attempt; reserved in the attempt before the provider is called."""

    class State(models.TextChoices):
        CREATED = "created", _("Demandé")
        PENDING = "pending", _("En cours")
        SUCCEEDED = "succeeded", _("Effectué")
        FAILED = "failed", _("Refusé par la banque")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "created": {"pending", "succeeded", "failed"},
        "pending": {"succeeded", "failed"},
        "succeeded": {"failed"},
        "failed": set(),
    }

    #: Given by the form, and sent as the idempotency key.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CREATED)
    amount_cents = models.PositiveIntegerField()
    reason = models.CharField(_("motif"), max_length=200)
    provider_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.RefundQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_positive"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class RefundLine(models.Model):
    """What a refund takes back: from an invoice, or (without one) from the family's credit."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    invoice = models.ForeignKey(
        Invoice, null=True, on_delete=models.PROTECT, related_name="refund_lines"
    )
    cents = models.PositiveIntegerField()

    class Meta:
        ordering = ["refund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "invoice"], name="refund_line_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="refund_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}/{self.invoice_id}"
