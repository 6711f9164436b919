"""What became of the demo's bills: paid online or at a desk, late, corrected, refunded."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import F

from core import clock
from core.journal import SYSTEM, Actor
from core.seeding import SeedContext
from payments.actions import numbers
from payments.actions.corrections import issue_credit_note
from payments.actions.settle import apply
from payments.models import (
    AttemptLine,
    DeskPayment,
    Invoice,
    LedgerEntry,
    PaymentAttempt,
    ReconciliationDay,
    Reminder,
)
from payments.rules.numbers import number
from payments.rules.settlement import RefundFact, Snapshot
from payments.sandbox.store import Store

_BATCH = 2000
#: How many card payments the demo's stand-in remembers, so that they can be refunded.
_REMEMBERED = 3000


@dataclass
class _Pile:
    """Rows to write at once."""

    attempts: list[PaymentAttempt] = field(default_factory=list)
    paid_by: list[Invoice] = field(default_factory=list)
    desk: list[DeskPayment] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)


def pay_bills(ctx: SeedContext, invoices: list[Invoice], share: float, age: int) -> None:
    """Pay this share of a month's invoices; the demo's parent leaves the newest one."""
    if not invoices:
        return
    rng = ctx.rng(f"payments-{age}")
    chosen = _chosen(ctx, rng, invoices, share, age)
    pile = _Pile()
    dated = sorted(
        ((_paid_at(ctx, rng, invoice), invoice) for invoice in chosen),
        key=lambda pair: (pair[0], pair[1].pk),
    )
    counts = Counter(at.year for at, _invoice in dated)
    receipts = {year: iter(numbers.take("receipt", year, n)) for year, n in counts.items()}
    for at, invoice in dated:
        receipt = number("receipt", at.year, next(receipts[at.year]))
        if rng.random() < 0.72 or invoice.payer.user is not None:
            _by_card(rng, pile, invoice, at, receipt)
        else:
            _at_desk(rng, pile, invoice, at, receipt)
    _write(pile, chosen)
    _remember(pile)
    if age == 1:
        _corrections(ctx, pile)
        _reminders(ctx, rng, invoices)


def _paid_at(ctx: SeedContext, rng: random.Random, invoice: Invoice) -> dt.datetime:
    """Return when a bill was paid: within three weeks, never in the future."""
    day = min(ctx.today, invoice.issued_on + dt.timedelta(days=rng.randint(0, 24)))
    return min(clock.at(day, rng.randint(7, 21), rng.randint(0, 59)), clock.now())


def _chosen(
    ctx: SeedContext, rng: random.Random, invoices: list[Invoice], share: float, age: int
) -> list[Invoice]:
    known = {
        ctx.people[key].pk: key for key in ("parent", "coparent") if ctx.people.get(key) is not None
    }
    rows = (
        Invoice.objects.filter(pk__in=[i.pk for i in invoices])
        if len(invoices) < 20_000
        else (Invoice.objects.filter(run=invoices[0].run))
    )
    chosen = []
    for invoice in rows.select_related("payer__user").order_by("pk"):
        key = known.get(invoice.payer.user_id or 0)
        pays = rng.random() < share
        if key is not None:
            pays = age > 0
        if pays:
            chosen.append(invoice)
    return chosen


def _by_card(
    rng: random.Random, pile: _Pile, invoice: Invoice, at: dt.datetime, receipt: str
) -> None:
    key = f"{rng.getrandbits(96):024x}"
    public_id = uuid.UUID(int=rng.getrandbits(128), version=4)
    pile.attempts.append(
        PaymentAttempt(
            public_id=public_id,
            payer_id=invoice.payer_id,
            provider="stripe",
            state="paid",
            amount_cents=invoice.total_cents,
            session_id=f"cs_test_{key}",
            payment_id=f"pi_{key}",
            expires_at=at + dt.timedelta(hours=1),
            created_at=at - dt.timedelta(minutes=2),
            checked_at=at,
            settled_at=at,
            receipt_number=receipt,
        )
    )
    pile.paid_by.append(invoice)
    pile.entries.append(_entry(invoice, "card", "stripe", f"pi_{key}", at))


def _at_desk(
    rng: random.Random,
    pile: _Pile,
    invoice: Invoice,
    at: dt.datetime,
    receipt: str,
) -> None:
    key = uuid.UUID(int=rng.getrandbits(128), version=4)
    cheque = rng.random() < 0.4
    method = "cheque" if cheque else "cash"
    pile.desk.append(
        DeskPayment(
            public_id=key,
            payer_id=invoice.payer_id,
            invoice=invoice,
            method=method,
            amount_cents=invoice.total_cents,
            reference=f"{rng.randint(1_000_000, 9_999_999)}" if cheque else "",
            receipt_number=receipt,
            received_at=at,
        )
    )
    pile.entries.append(_entry(invoice, method, "desk", str(key), at))


def _entry(
    invoice: Invoice, method: str, provider: str, object_id: str, at: dt.datetime
) -> LedgerEntry:
    return LedgerEntry(
        at=at,
        payer_id=invoice.payer_id,
        invoice=invoice,
        kind=LedgerEntry.Kind.PAYMENT,
        method=method,
        amount_cents=invoice.total_cents,
        provider=provider,
        object_id=object_id,
        part=invoice.number,
    )


def _write(pile: _Pile, chosen: list[Invoice]) -> None:
    PaymentAttempt.objects.bulk_create(pile.attempts, batch_size=_BATCH)
    AttemptLine.objects.bulk_create(
        (
            AttemptLine(attempt=attempt, invoice=invoice, cents=invoice.total_cents, active=False)
            for attempt, invoice in zip(pile.attempts, pile.paid_by, strict=True)
        ),
        batch_size=_BATCH,
    )
    DeskPayment.objects.bulk_create(pile.desk, batch_size=_BATCH)
    LedgerEntry.objects.bulk_create(pile.entries, batch_size=_BATCH)
    for start in range(0, len(chosen), _BATCH):
        keys = [invoice.pk for invoice in chosen[start : start + _BATCH]]
        Invoice.objects.filter(pk__in=keys).update(
            balance_cents=F("balance_cents") - F("total_cents")
        )


def _remember(pile: _Pile) -> None:
    """Let the demo's stand-in know these payments, so that they can be read and refunded."""
    store = _stand_in()
    if store is None:
        return
    with store.lock:
        for attempt in pile.attempts[:_REMEMBERED]:
            for obj in _objects(attempt):
                store.put(obj)
    store.close()


def _stand_in() -> Store | None:
    """Return the books of the demo's stand-in; None where real money could move."""
    if not settings.DEMO or settings.STRIPE_API_BASE == "https://api.stripe.com":
        return None
    return Store(str(Path(settings.VAR_DIR) / "sandbox.sqlite3"))


def _objects(attempt: PaymentAttempt) -> list[dict[str, Any]]:
    """Return a payment as the provider would hold it."""
    settled = attempt.settled_at or clock.now()
    created = int(settled.timestamp())
    key = (attempt.payment_id or "")[3:]
    metadata = {"attempt": str(attempt.public_id)}
    shared = {"created": created, "currency": "eur", "livemode": False, "metadata": metadata}
    fee = 25 + attempt.amount_cents * 15 // 1000
    return [
        {
            **shared,
            "id": attempt.session_id,
            "object": "checkout.session",
            "amount_total": attempt.amount_cents,
            "expires_at": created + 3600,
            "payment_intent": attempt.payment_id,
            "payment_status": "paid",
            "status": "complete",
            "success_url": "",
            "cancel_url": None,
            "url": None,
            "_label": "",
            "_intent_data": {},
        },
        {
            **shared,
            "id": attempt.payment_id,
            "object": "payment_intent",
            "amount": attempt.amount_cents,
            "amount_received": attempt.amount_cents,
            "latest_charge": f"ch_{key}",
            "status": "succeeded",
        },
        {
            **shared,
            "id": f"ch_{key}",
            "object": "charge",
            "amount": attempt.amount_cents,
            "amount_refunded": 0,
            "balance_transaction": f"txn_{key}",
            "disputed": False,
            "payment_intent": attempt.payment_id,
            "refunded": False,
            "status": "succeeded",
        },
        {
            "id": f"txn_{key}",
            "object": "balance_transaction",
            "amount": attempt.amount_cents,
            "created": created,
            "currency": "eur",
            "fee": fee,
            "net": attempt.amount_cents - fee,
            "source": f"ch_{key}",
            "type": "charge",
        },
    ]


def _corrections(ctx: SeedContext, pile: _Pile) -> None:
    """Correct a few paid invoices: one by a credit note kept as credit, one refunded in part."""
    officer = Actor(user=ctx.people.get("revenue_officer"))
    unknown = [
        (attempt, invoice)
        for attempt, invoice in zip(pile.attempts, pile.paid_by, strict=True)
        if invoice.payer.user is None and invoice.total_cents > 2000
    ]
    for attempt, invoice in unknown[:8]:
        line = invoice.lines.order_by("position").first()
        if line is None:
            continue
        note = issue_credit_note(
            by=officer,
            invoice=invoice,
            quantities={line.pk: 1},
            reason="Sortie scolaire : le repas n'a pas été servi",
        )
        if attempt.pk % 2:
            back = RefundFact(f"re_{attempt.payment_id}", note.amount_cents, "succeeded")
            snapshot = Snapshot(
                reference=str(attempt.public_id),
                status="paid",
                amount_cents=attempt.amount_cents,
                currency="eur",
                livemode=False,
                payment_id=attempt.payment_id or "",
                refunds=(back,),
            )
            apply(attempt, snapshot, by=SYSTEM)
            _remember_refund(attempt, back)


def _remember_refund(attempt: PaymentAttempt, back: RefundFact) -> None:
    """Write a refund into the stand-in's books as well, so that both books agree."""
    store = _stand_in()
    if store is None:
        return
    now = int(clock.now().timestamp())
    shared = {"amount": back.cents, "created": now, "currency": "eur", "livemode": False}
    charge = store.get("charge", f"ch_{(attempt.payment_id or '')[3:]}")
    if charge is not None:
        store.put({**charge, "amount_refunded": back.cents})
        store.put(
            {
                **shared,
                "id": back.object_id,
                "object": "refund",
                "charge": charge["id"],
                "metadata": {},
                "payment_intent": attempt.payment_id,
                "status": "succeeded",
            }
        )
        store.put(
            {
                **shared,
                "id": f"txn_{back.object_id}",
                "object": "balance_transaction",
                "amount": -back.cents,
                "fee": 0,
                "net": -back.cents,
                "source": back.object_id,
                "type": "refund",
            }
        )
    store.close()


def seed_reconciliations(ctx: SeedContext) -> None:
    """Write the nightly comparisons of the last two weeks, which all agreed."""
    first = ctx.today - dt.timedelta(days=14)
    sums: dict[dt.date, list[int]] = {}
    rows = LedgerEntry.objects.filter(
        provider="stripe", at__gte=clock.at(first, 0), at__lt=clock.at(ctx.today, 0)
    )
    for at, cents in rows.values_list("at", "amount_cents"):
        sums.setdefault(clock.service_day(at), []).append(cents)
    ReconciliationDay.objects.bulk_create(
        ReconciliationDay(
            day=day,
            provider="stripe",
            ledger_cents=sum(sums.get(day, [])),
            provider_cents=sum(sums.get(day, [])),
            fee_cents=sum(25 + cents * 15 // 1000 for cents in sums.get(day, [])),
            checked_at=min(clock.at(day + dt.timedelta(days=1), 5, 10), clock.now()),
        )
        for day in (first + dt.timedelta(days=n) for n in range(14))
    )


def _reminders(ctx: SeedContext, rng: random.Random, invoices: list[Invoice]) -> None:
    """Remind of some of the overdue invoices, as the office did last week."""
    day = ctx.today - dt.timedelta(days=6)
    late = Invoice.objects.filter(run=invoices[0].run, due_on__lt=day).unpaid().order_by("pk")
    some = [invoice for invoice in late[:2000] if rng.random() < 0.5]
    Reminder.objects.bulk_create(
        Reminder(
            invoice=invoice,
            level=1,
            sent_on=day,
            sent_by=ctx.people.get("revenue_officer"),
        )
        for invoice in some
    )
    Invoice.objects.filter(pk__in=[i.pk for i in some]).update(reminders_sent=1, reminded_on=day)
