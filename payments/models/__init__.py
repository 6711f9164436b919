"""Facts about money: tariffs, charges, invoices, ledger, payments."""

from payments.models.billing import (
    BillingRun,
    BillingTerms,
    Charge,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    NumberSequence,
    Reminder,
)
from payments.models.cards import (
    AttemptLine,
    PaymentAttempt,
    ProviderEvent,
    Refund,
    RefundLine,
)
from payments.models.ledger import DeskPayment, LedgerEntry, ReconciliationDay
from payments.models.tariffs import Tariff, TariffBand

__all__ = [
    "AttemptLine",
    "BillingRun",
    "BillingTerms",
    "Charge",
    "CreditNote",
    "CreditNoteLine",
    "DeskPayment",
    "Invoice",
    "InvoiceLine",
    "LedgerEntry",
    "NumberSequence",
    "PaymentAttempt",
    "ProviderEvent",
    "ReconciliationDay",
    "Refund",
    "RefundLine",
    "Reminder",
    "Tariff",
    "TariffBand",
]
