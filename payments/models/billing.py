"""From charges to invoices: what is billed is frozen, numbers have no gaps."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families.models import Child, Guardian
from payments import access


class NumberSequence(models.Model):
    """The last number given out in a year's series. Locked while numbers are taken.

    ``kind``: ``invoice``, ``credit_note`` or ``receipt``.
    """

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class BillingTerms(models.Model):
    """What the council set about paying: delay and reminders, from a day on."""

    valid_from = models.DateField(unique=True)
    payment_days = models.PositiveSmallIntegerField(_("délai de paiement (jours)"))
    reminder_days = models.PositiveSmallIntegerField(_("délai entre deux relances (jours)"))
    resolution = models.CharField(_("délibération"), max_length=120)

    class Meta:
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.payment_days} j ({self.valid_from:%Y-%m-%d})"


class BillingRun(models.Model):
    """The billing of one month: collect, look, confirm, invoice. There is one a month.

    From ``ready`` on the charges it took are fixed, so what the preview says is what will
    be invoiced. ``preview`` holds totals and anomalies (codes, counts and cents).
    """

    class State(models.TextChoices):
        COLLECTING = "collecting", _("Calcul en cours")
        READY = "ready", _("À vérifier")
        INVOICING = "invoicing", _("Émission en cours")
        DONE = "done", _("Terminée")

    MOVES: ClassVar[dict[str, set[str]]] = {
        "collecting": {"ready"},
        "ready": {"collecting", "invoicing"},
        "invoicing": {"done"},
        "done": set(),
    }

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    month = models.DateField(_("mois"), unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.COLLECTING)
    preview = models.JSONField(default=dict)
    invoices_planned = models.PositiveIntegerField(default=0)
    invoices_done = models.PositiveIntegerField(default=0)
    total_cents = models.BigIntegerField(default=0)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(default=clock.now)
    #: Moves with every finished step: the sweep takes up a run that has stood still.
    moved_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = access.StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="run_month_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def percent(self) -> int:
        """Share of the planned invoices already issued, 0 to 100."""
        return 100 * self.invoices_done // self.invoices_planned if self.invoices_planned else 0


class Charge(models.Model):
    """One thing to bill: a meal on a day, for a child, to a payer, at a price.

    ``source_key`` says what it comes from (``canteen.meal:123:g45``); it is unique, so billing
    the same thing twice bills it once. ``guardian`` is null while nobody is known to pay.
    ``family_quotient`` is null when no income file was in force: the top price counted.
    """

    source_key = models.CharField(max_length=100, unique=True)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="charges")
    guardian = models.ForeignKey(
        Guardian, null=True, on_delete=models.PROTECT, related_name="charges"
    )
    service = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    service_day = models.DateField()
    quantity = models.PositiveSmallIntegerField(default=1)
    unit_price_cents = models.PositiveIntegerField()
    tariff_band = models.CharField(max_length=10, blank=True)
    family_quotient = models.PositiveIntegerField(null=True)
    billing_run = models.ForeignKey(
        BillingRun, null=True, on_delete=models.PROTECT, related_name="charges", db_index=False
    )

    objects = access.ChargeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["billing_run", "guardian"], name="charge_run_payer"),
            models.Index(
                fields=["service_day"],
                condition=Q(billing_run__isnull=True),
                name="charge_unbilled_day",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="charge_quantity_positive"),
            models.CheckConstraint(
                condition=Q(billing_run__isnull=True) | Q(guardian__isnull=False),
                name="charge_billed_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.source_key

    @property
    def amount_cents(self) -> int:
        """What this charge comes to."""
        return self.quantity * self.unit_price_cents


class Invoice(models.Model):
    """A bill to one payer. Its figures never change; ``balance_cents`` follows the ledger.

    The balance is ``total_cents`` less the ledger's entries for this invoice; it is kept here,
    written only by ``payments.actions.ledger.post`` in the transaction of the entry, and
    recomputed by the nightly check.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    payer = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="invoices")
    run = models.ForeignKey(
        BillingRun, null=True, on_delete=models.PROTECT, related_name="invoices"
    )
    month = models.DateField(_("mois facturé"))
    issued_on = models.DateField(_("émise le"))
    due_on = models.DateField(_("à payer avant le"))
    total_cents = models.PositiveIntegerField()
    balance_cents = models.PositiveIntegerField()
    #: Name and address as they were on the day of issue.
    payer_name = models.CharField(max_length=210)
    payer_address = models.JSONField(default=list)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = access.InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-sequence"]
        indexes = [
            models.Index(fields=["payer", "-issued_on"], name="invoice_payer"),
            models.Index(fields=["issued_on", "sequence"], name="invoice_issued"),
            models.Index(
                fields=["due_on"], condition=Q(balance_cents__gt=0), name="invoice_unpaid_due"
            ),
            models.Index(fields=["month"], name="invoice_month"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["run", "payer"],
                condition=Q(run__isnull=False),
                name="invoice_one_a_run_and_payer",
            ),
            models.CheckConstraint(
                condition=Q(balance_cents__lte=F("total_cents")), name="invoice_balance_in_total"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def settled_cents(self) -> int:
        """What payments and credit notes have covered so far."""
        return self.total_cents - self.balance_cents

    @property
    def is_settled(self) -> bool:
        """True when nothing is owed."""
        return self.balance_cents == 0

    @property
    def is_overdue(self) -> bool:
        """True when something is owed and the due date has passed."""
        return self.balance_cents > 0 and self.due_on < clock.today()


class InvoiceLine(models.Model):
    """A frozen line: one service for one child at one price, with the days it was served."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="invoice_lines")
    child_name = models.CharField(max_length=210)
    service = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    days = models.JSONField(default=list)
    quantity = models.PositiveIntegerField()
    unit_price_cents = models.PositiveIntegerField()
    amount_cents = models.PositiveIntegerField()
    tariff_band = models.CharField(max_length=10, blank=True)
    family_quotient = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once"),
            models.CheckConstraint(
                condition=Q(amount_cents=F("quantity") * F("unit_price_cents")),
                name="line_amount_exact",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.position}"


class CreditNote(models.Model):
    """An *avoir*: takes back part of an invoice, which itself never changes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("numéro"), max_length=20, unique=True)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    issued_on = models.DateField()
    amount_cents = models.PositiveIntegerField()
    reason = models.CharField(_("motif"), max_length=200)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.CreditNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="credit_note_number_once"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="credit_note_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CreditNoteLine(models.Model):
    """How many units of an invoice line a credit note takes back."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.CASCADE, related_name="lines")
    invoice_line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="credited")
    quantity = models.PositiveIntegerField()
    amount_cents = models.PositiveIntegerField()

    class Meta:
        ordering = ["credit_note", "invoice_line__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_note", "invoice_line"], name="credit_line_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="credit_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.credit_note_id}/{self.invoice_line_id}"


class Reminder(models.Model):
    """A reminder sent about an unpaid invoice; ``level`` counts from 1."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminders")
    level = models.PositiveSmallIntegerField()
    sent_on = models.DateField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["invoice", "level"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "level"], name="reminder_level_once"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} #{self.level}"
