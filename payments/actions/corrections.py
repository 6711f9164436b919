"""Credit notes: an invoice never changes, a note takes part of it back."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.errors import RuleBroken
from core.journal import Actor
from core.money import format_euros
from payments.actions import numbers
from payments.actions.ledger import Movement, lock_invoices, post_in
from payments.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, LedgerEntry
from payments.rules.numbers import number
from payments.rules.settlement import Share


def creditable(invoice: Invoice) -> dict[int, int]:
    """Return how many units of each line no credit note has taken back yet, by line id."""
    lines = invoice.lines.annotate(taken=Sum("credited__quantity", default=0))
    return {line.pk: line.quantity - line.taken for line in lines}


def issue_credit_note(
    *, by: Actor, invoice: Invoice, quantities: Mapping[int, int], reason: str
) -> CreditNote:
    """Take back so many units of each line (``quantities`` by line id) of an invoice.

    Lowers what is owed; what was paid already becomes the family's credit. Raises RuleBroken
    ``nothing``, ``too_many`` or ``reason``.
    """
    with transaction.atomic():
        locked = lock_invoices([invoice.pk])[invoice.pk]
        lines = _lines(locked, quantities, reason)
        amount = sum(line.unit_price_cents * count for line, count in lines)
        year = clock.today().year
        (sequence,) = numbers.take("credit_note", year)
        note = CreditNote.objects.create(
            number=number("credit_note", year, sequence),
            year=year,
            sequence=sequence,
            invoice=locked,
            issued_on=clock.today(),
            amount_cents=amount,
            reason=reason.strip(),
            issued_by=by.user,
        )
        CreditNoteLine.objects.bulk_create(
            CreditNoteLine(
                credit_note=note,
                invoice_line=line,
                quantity=count,
                amount_cents=line.unit_price_cents * count,
            )
            for line, count in lines
        )
        movement = Movement(
            locked.payer, LedgerEntry.Kind.CREDIT_NOTE, "credit_note", "escale", note.number
        )
        post_in(movement, [Share(locked.pk, amount)])
        journal.record(by, "credit_note.issue", note, invoice=locked.number, cents=amount)
        payer = locked.payer
        if payer.user is not None:
            outbox.queue(
                kind="credit_note_issued",
                to=payer.user,
                context={
                    "number": note.number,
                    "invoice": locked.number,
                    "amount": format_euros(amount),
                    "path": f"/factures/{locked.public_id}/",
                },
                dedupe_key=f"credit-note:{note.number}",
            )
    return note


def _lines(
    invoice: Invoice, quantities: Mapping[int, int], reason: str
) -> list[tuple[InvoiceLine, int]]:
    if not reason.strip():
        raise RuleBroken("reason", _("Indiquez le motif de l’avoir."), field="reason")
    left = creditable(invoice)
    wanted = {pk: count for pk, count in quantities.items() if count}
    if not wanted:
        raise RuleBroken("nothing", _("Choisissez au moins une ligne à corriger."))
    if any(pk not in left or not 0 < count <= left[pk] for pk, count in wanted.items()):
        raise RuleBroken("too_many", _("Vous ne pouvez pas retirer plus que ce qui a été facturé."))
    rows = InvoiceLine.objects.in_bulk(list(wanted))
    chosen = [(rows[pk], count) for pk, count in sorted(wanted.items())]
    if not any(line.unit_price_cents for line, _count in chosen):
        raise RuleBroken("nothing", _("Ces lignes sont gratuites : il n’y a rien à retirer."))
    return chosen
