"""The ledger: every cent that moved, once, forever."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families.models import Guardian
from payments import access
from payments.models.billing import Invoice


class LedgerEntry(models.Model):
    """One movement; a trigger on both engines refuses to change or delete it.

    ``amount_cents`` is positive when it is in the payer's favour. With an invoice it lowers
    what is owed on it; without one it is the family's credit. ``part`` tells apart the shares
    of one movement of money (an invoice number, or ``credit``).
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Paiement")
        REFUND = "refund", _("Remboursement")
        REFUND_FAILED = "refund_failed", _("Remboursement refusé par la banque")
        DISPUTE = "dispute", _("Paiement contesté")
        DISPUTE_WON = "dispute_won", _("Contestation rejetée")
        CREDIT_NOTE = "credit_note", _("Avoir")
        CREDIT_USED = "credit_used", _("Crédit de la famille utilisé")

    at = models.DateTimeField(default=clock.now, editable=False)
    payer = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="ledger_entries")
    invoice = models.ForeignKey(
        Invoice, null=True, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    method = models.CharField(max_length=12)
    amount_cents = models.IntegerField()
    provider = models.CharField(max_length=12)
    object_id = models.CharField(max_length=80)
    part = models.CharField(max_length=20)

    objects = access.LedgerQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["payer", "invoice"], name="ledger_payer"),
            models.Index(fields=["at"], name="ledger_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "object_id", "kind", "part"], name="ledger_once"
            ),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="ledger_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents} ({self.object_id})"


class DeskPayment(models.Model):
    """Cash or a cheque taken at a desk, with the receipt number the law asks for."""

    class Method(models.TextChoices):
        CASH = "cash", _("Espèces")
        CHEQUE = "cheque", _("Chèque")

    #: Given by the form, so that sending it twice records it once.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payer = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="desk_payments")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="desk_payments")
    method = models.CharField(_("moyen de paiement"), max_length=8, choices=Method.choices)
    amount_cents = models.PositiveIntegerField()
    reference = models.CharField(_("numéro du chèque"), max_length=40, blank=True)
    receipt_number = models.CharField(max_length=20, unique=True)
    received_at = models.DateTimeField(default=clock.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.PayerOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="desk_amount_positive"),
            models.CheckConstraint(
                condition=~Q(method="cheque") | ~Q(reference=""), name="desk_cheque_numbered"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number


class ReconciliationDay(models.Model):
    """One day of the ledger beside the provider's own books. Differences stay visible.

    ``differences`` lists ``{"object_id", "ledger_cents", "provider_cents"}``.
    """

    day = models.DateField(unique=True)
    provider = models.CharField(max_length=12)
    ledger_cents = models.BigIntegerField()
    provider_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField(default=0)
    differences = models.JSONField(default=list)
    checked_at = models.DateTimeField(default=clock.now)

    objects = access.StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @property
    def agrees(self) -> bool:
        """True when both books hold the same movements."""
        return not self.differences
