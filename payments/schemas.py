"""What the API says about bills and the ledger. Amounts are integer cents of euro."""

from __future__ import annotations

import datetime as dt
import uuid

from ninja import Schema

from payments.models import Invoice, LedgerEntry


class LineOut(Schema):
    """One line of an invoice."""

    child: str
    service: str
    label: str
    days: list[dt.date]
    quantity: int
    unit_price_cents: int
    amount_cents: int
    tariff_band: str
    family_quotient: int | None


class InvoiceOut(Schema):
    """An invoice; ``balance_cents`` is what is still owed."""

    id: uuid.UUID
    number: str
    month: dt.date
    issued_on: dt.date
    due_on: dt.date
    total_cents: int
    balance_cents: int
    payer: str

    @classmethod
    def of(cls, invoice: Invoice) -> InvoiceOut:
        """Read a row."""
        return cls(
            id=invoice.public_id,
            number=invoice.number,
            month=invoice.month,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            total_cents=invoice.total_cents,
            balance_cents=invoice.balance_cents,
            payer=invoice.payer_name,
        )


class InvoiceDetailOut(InvoiceOut):
    """An invoice with its lines."""

    lines: list[LineOut]


class LedgerOut(Schema):
    """One movement; positive in the payer's favour. ``invoice`` is null for family credit."""

    id: int
    at: dt.datetime
    kind: str
    method: str
    amount_cents: int
    invoice: str | None
    provider: str
    reference: str

    @classmethod
    def of(cls, entry: LedgerEntry) -> LedgerOut:
        """Read a row."""
        return cls(
            id=entry.pk,
            at=entry.at,
            kind=entry.kind,
            method=entry.method,
            amount_cents=entry.amount_cents,
            invoice=entry.invoice.number if entry.invoice else None,
            provider=entry.provider,
            reference=entry.object_id,
        )


class PriceOut(Schema):
    """What a service costs on a day at a family quotient."""

    service: str
    day: dt.date
    quotient: int | None
    band: str
    unit_price_cents: int
    resolution: str
