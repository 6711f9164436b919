"""What is printed: invoices, receipts and credit notes as plain data for the PDF templates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.accounts.models import User
from core.dates import date_format
from core.pdf import render
from payments.models import CreditNote, DeskPayment, Invoice, PaymentAttempt
from payments.queries import by_child


def days_in_words(days: list[str]) -> str:
    """Write service days in short: ``2, 3, 5 sept. · 1 oct.`` for ISO dates in order."""
    months: dict[tuple[int, int], list[int]] = {}
    for iso in days:
        day = dt.date.fromisoformat(iso)
        months.setdefault((day.year, day.month), []).append(day.day)
    return " · ".join(
        f"{', '.join(str(n) for n in found)} {date_format(dt.date(year, month, 1), 'F')}"
        for (year, month), found in months.items()
    )


def _address(invoice: Invoice, reader: User | None) -> list[str]:
    """Return name and address; a protected address is its household's alone to read.

    Without a ``reader`` the paper is the payer's own.
    """
    own = reader is None or reader.pk == invoice.payer.user_id
    if invoice.payer.household.is_protected and not own:
        return [invoice.payer_name, _("Adresse protégée")]
    return [invoice.payer_name, *invoice.payer_address]


@translation.override("fr")
def invoice_pdf(invoice: Invoice, *, reader: User | None = None) -> bytes:
    """Return an invoice as a tagged PDF, with what was settled so far."""
    return render(
        "payments/invoice.typ",
        {
            "number": invoice.number,
            "month": date_format(invoice.month, "F Y"),
            "issued_on": invoice.issued_on,
            "due_on": invoice.due_on,
            "address": _address(invoice, reader),
            "total_cents": invoice.total_cents,
            "settled_cents": invoice.settled_cents,
            "balance_cents": invoice.balance_cents,
            "children": [
                {
                    "name": group.name,
                    "total_cents": group.total_cents,
                    "lines": [
                        {
                            "label": line.label,
                            "days": days_in_words(line.days),
                            "quantity": line.quantity,
                            "unit_price_cents": line.unit_price_cents,
                            "amount_cents": line.amount_cents,
                            "band": line.tariff_band,
                            "quotient": line.family_quotient,
                        }
                        for line in group.lines
                    ],
                }
                for group in by_child(invoice.lines.all())
            ],
        },
    )


def _receipt(data: dict[str, Any]) -> bytes:
    return render("payments/receipt.typ", data)


def card_receipt_pdf(attempt: PaymentAttempt, *, reader: User | None = None) -> bytes:
    """Return the receipt of a card payment."""
    lines = list(attempt.lines.select_related("invoice"))
    first = lines[0].invoice
    return _receipt(
        {
            "number": attempt.receipt_number,
            "paid_on": attempt.settled_at,
            "method": "Carte bancaire ou prélèvement, par le service de paiement en ligne",
            "reference": str(attempt.public_id)[:8].upper(),
            "address": _address(first, reader),
            "amount_cents": attempt.amount_cents,
            "refunded_cents": attempt.refunded_cents,
            "lines": [{"number": k.invoice.number, "cents": k.cents} for k in lines],
        }
    )


@translation.override("fr")
def desk_receipt_pdf(payment: DeskPayment, *, reader: User | None = None) -> bytes:
    """Return the receipt of a payment made at a desk."""
    method = payment.get_method_display()
    return _receipt(
        {
            "number": payment.receipt_number,
            "paid_on": payment.received_at,
            "method": f"{method} n° {payment.reference}" if payment.reference else method,
            "reference": str(payment.public_id)[:8].upper(),
            "address": _address(payment.invoice, reader),
            "amount_cents": payment.amount_cents,
            "refunded_cents": 0,
            "lines": [{"number": payment.invoice.number, "cents": payment.amount_cents}],
        }
    )


def credit_note_pdf(note: CreditNote, *, reader: User | None = None) -> bytes:
    """Return a credit note as a tagged PDF."""
    return render(
        "payments/credit_note.typ",
        {
            "number": note.number,
            "invoice": note.invoice.number,
            "issued_on": note.issued_on,
            "reason": note.reason,
            "address": _address(note.invoice, reader),
            "amount_cents": note.amount_cents,
            "lines": [
                {
                    "label": line.invoice_line.label,
                    "child": line.invoice_line.child_name,
                    "quantity": line.quantity,
                    "unit_price_cents": line.invoice_line.unit_price_cents,
                    "amount_cents": line.amount_cents,
                }
                for line in note.lines.select_related("invoice_line")
            ],
        },
    )
