"""Write the ledger. The only place that adds entries and moves an invoice's balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from core import journal
from core.errors import RuleBroken
from core.journal import Actor
from families.models import Guardian
from families.queries import files_of
from payments.models import Invoice, LedgerEntry, RefundLine
from payments.rules.settlement import Share, pay_in

#: ``part`` of an entry that concerns no invoice.
CREDIT = "credit"


@dataclass(frozen=True)
class Movement:
    """What moves, and the object that makes it move: unique with its kind."""

    payer: Guardian
    kind: str
    method: str
    provider: str
    object_id: str


def lock_invoices(ids: Iterable[int]) -> dict[int, Invoice]:
    """Lock invoices in id order, and return them by id as they now stand."""
    rows = (
        Invoice.objects.filter(pk__in=sorted(set(ids)))
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    return {row.pk: row for row in rows}


def recorded(movement: Movement) -> bool:
    """Tell whether a movement is in the ledger already."""
    return LedgerEntry.objects.filter(
        provider=movement.provider, object_id=movement.object_id, kind=movement.kind
    ).exists()


def post_in(movement: Movement, shares: Sequence[Share]) -> list[LedgerEntry]:
    """Record money in the payer's favour; what exceeds a balance becomes family credit.

    Repeating a movement writes nothing and returns nothing.
    """
    with transaction.atomic():
        invoices = lock_invoices(s.invoice_id for s in shares if s.invoice_id is not None)
        if recorded(movement):
            return []
        owed = {pk: invoice.balance_cents for pk, invoice in invoices.items()}
        placed = pay_in(shares, owed)
        return _write(movement, placed, invoices, sign=1)


def post_out(movement: Movement, shares: Sequence[Share]) -> list[LedgerEntry]:
    """Record money that goes back: invoices become due again, credit shrinks.

    An invoice takes back no more than what had been settled on it; the rest weighs on the
    family's credit, which may then fall below zero: the family owes it.
    """
    with transaction.atomic():
        invoices = lock_invoices(s.invoice_id for s in shares if s.invoice_id is not None)
        if recorded(movement):
            return []
        settled = {pk: invoice.settled_cents for pk, invoice in invoices.items()}
        return _write(movement, pay_in(shares, settled), invoices, sign=-1)


def _write(
    movement: Movement, placed: Sequence[Share], invoices: dict[int, Invoice], *, sign: int
) -> list[LedgerEntry]:
    entries = []
    for share in placed:
        invoice = None if share.invoice_id is None else invoices[share.invoice_id]
        entries.append(
            LedgerEntry(
                payer=movement.payer,
                invoice=invoice,
                kind=movement.kind,
                method=movement.method,
                amount_cents=sign * share.cents,
                provider=movement.provider,
                object_id=movement.object_id,
                part=invoice.number if invoice else CREDIT,
            )
        )
        if invoice is not None:
            Invoice.objects.filter(pk=invoice.pk).update(
                balance_cents=F("balance_cents") - sign * share.cents
            )
            invoice.balance_cents -= sign * share.cents
    return LedgerEntry.objects.bulk_create(entries)


def credit_of(payer: Guardian) -> int:
    """Return the family's credit in cents; negative when the family owes it."""
    mine = LedgerEntry.objects.of_payer(payer).filter(invoice=None)
    total = mine.aggregate(n=Sum("amount_cents"))
    return int(total["n"] or 0)


def free_credit_of(payer: Guardian) -> int:
    """Return the credit not already promised to a refund on its way; never negative."""
    promised = RefundLine.objects.filter(
        invoice=None, refund__attempt__payer__in=files_of(payer), refund__state="created"
    ).aggregate(n=Sum("cents"))
    return max(0, credit_of(payer) - int(promised["n"] or 0))


def use_credit(invoice: Invoice, *, key: str, by: Actor) -> int:
    """Pay (part of) an invoice from its payer's credit; returns the cents used.

    ``key`` makes the use unique: repeating it moves nothing. Raises RuleBroken
    ``no_credit`` when there is nothing to use.
    """
    with transaction.atomic():
        holder = invoice.payer.merged_into_id or invoice.payer_id
        payer = Guardian.objects.select_for_update(no_key=True).get(pk=holder)
        locked = lock_invoices([invoice.pk])[invoice.pk]
        out = Movement(payer, LedgerEntry.Kind.CREDIT_USED, "credit", "escale", key)
        if recorded(out):
            return 0
        cents = min(free_credit_of(payer), locked.balance_cents)
        if cents <= 0:
            raise RuleBroken("no_credit", _("Il n’y a pas de crédit à utiliser."))
        back = Movement(payer, LedgerEntry.Kind.CREDIT_USED, "credit", "escale", f"{key}:out")
        post_in(out, [Share(locked.pk, cents)])
        post_out(back, [Share(None, cents)])
        journal.record(by, "credit.use", locked, cents=cents)
    return cents


def differences(limit: int = 100) -> list[dict[str, int | str]]:
    """Return invoices whose balance is not what their ledger says: there must be none."""
    rows = (
        Invoice.objects.annotate(moved=Sum("ledger_entries__amount_cents", default=0))
        .exclude(balance_cents=F("total_cents") - F("moved"))
        .order_by("pk")[:limit]
    )
    return [
        {"number": row.number, "balance": row.balance_cents, "ledger": row.total_cents - row.moved}
        for row in rows
    ]
