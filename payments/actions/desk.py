"""Money taken at a desk, and reminders: what the revenue office does by hand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.errors import RuleBroken
from core.journal import Actor
from core.money import format_euros
from families.telling import tell
from payments.actions import numbers
from payments.actions.ledger import Movement, lock_invoices, post_in
from payments.models import DeskPayment, Invoice, LedgerEntry, Reminder
from payments.rules.numbers import number
from payments.rules.settlement import Share
from payments.terms import reminded_lately, terms_on


def record_desk_payment(
    *, by: Actor, invoice: Invoice, method: str, cents: int, key: uuid.UUID, reference: str = ""
) -> DeskPayment:
    """Record cash or a cheque for an invoice and number its receipt.

    ``key`` comes from the form: sending it twice records it once. Raises RuleBroken
    ``amount`` (nothing, or more than is owed: change is given back, not recorded) or
    ``reference`` (a cheque without its number).
    """
    with transaction.atomic():
        locked = lock_invoices([invoice.pk])[invoice.pk]
        known: DeskPayment | None = DeskPayment.objects.filter(public_id=key).first()
        if known is not None:
            return known
        if not 0 < cents <= locked.balance_cents:
            raise RuleBroken(
                "amount",
                _("Le montant doit être compris entre 0,01 € et ce qui reste à payer."),
                field="amount",
            )
        if method == DeskPayment.Method.CHEQUE and not reference.strip():
            raise RuleBroken("reference", _("Indiquez le numéro du chèque."), field="reference")
        year = clock.today().year
        (sequence,) = numbers.take("receipt", year)
        payment = DeskPayment.objects.create(
            public_id=key,
            payer=locked.payer,
            invoice=locked,
            method=method,
            amount_cents=cents,
            reference=reference.strip(),
            receipt_number=number("receipt", year, sequence),
            received_by=by.user,
        )
        movement = Movement(locked.payer, LedgerEntry.Kind.PAYMENT, method, "desk", str(key))
        post_in(movement, [Share(locked.pk, cents)])
        journal.record(by, "desk_payment.record", payment, cents=cents, invoice=locked.number)
        if locked.payer.user is not None:
            outbox.queue(
                kind="payment_received",
                to=locked.payer.user,
                context={
                    "amount": format_euros(cents),
                    "receipt": payment.receipt_number,
                    "numbers": locked.number,
                    "path": f"/factures/recus/{payment.public_id}/",
                },
                dedupe_key=f"receipt:{key}",
            )
    return payment


def send_reminders(*, by: Actor, invoices: Iterable[Invoice]) -> int:
    """Remind the payers of overdue invoices; returns how many messages leave.

    An invoice reminded within the delay voted is left in peace (``BillingTerms``), so that
    pressing twice reminds once. No meal is ever refused for a debt (domain rules, 2).
    """
    sent = 0
    today = clock.today()
    delay = terms_on(today).reminder_days
    with transaction.atomic():
        locked = lock_invoices(invoice.pk for invoice in invoices)
        payers = {
            invoice.pk: invoice.payer
            for invoice in Invoice.objects.filter(pk__in=locked).select_related("payer__user")
        }
        for invoice in locked.values():
            if not invoice.is_overdue or reminded_lately(invoice, today, delay):
                continue
            level = invoice.reminders_sent + 1
            Reminder.objects.create(invoice=invoice, level=level, sent_on=today, sent_by=by.user)
            Invoice.objects.filter(pk=invoice.pk).update(reminders_sent=level, reminded_on=today)
            journal.record(by, "invoice.remind", invoice, level=level)
            payer = payers[invoice.pk]
            tell(
                payer,
                "invoice_reminder",
                context={
                    "number": invoice.number,
                    "amount": format_euros(invoice.balance_cents),
                    "due_on": invoice.due_on,
                    "path": f"/factures/{invoice.public_id}/",
                },
                dedupe_key=f"reminder:{invoice.number}:{level}",
            )
            sent += 1
    return sent
