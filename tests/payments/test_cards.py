"""Card payments against the stand-in: lost answers, late and doubled news, races."""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import permutations

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.db.models import Sum

from core import clock
from core.errors import RuleBroken
from core.journal import SYSTEM
from core.outbox import Message
from payments.actions import reconcile
from payments.actions.cards import start_payment
from payments.actions.corrections import issue_credit_note
from payments.actions.ledger import credit_of, differences, use_credit
from payments.actions.refunds import refund_payment
from payments.actions.settle import accept_anomaly, apply, refresh
from payments.models import (
    CreditNote,
    Invoice,
    LedgerEntry,
    PaymentAttempt,
    ProviderEvent,
    Refund,
)
from payments.rules.settlement import RefundFact, Snapshot
from tests.factories.families import GuardianFactory
from tests.factories.payments import InvoiceFactory

pytestmark = pytest.mark.django_db


def pay(sandbox, *invoices):
    attempt = start_payment(by=SYSTEM, payer=invoices[0].payer, invoices=invoices)
    sandbox.pay(attempt)
    return refresh(attempt, by=SYSTEM)


def balance(invoice):
    invoice.refresh_from_db()
    moved = invoice.ledger_entries.aggregate(n=Sum("amount_cents"))["n"] or 0
    assert invoice.balance_cents == invoice.total_cents - moved
    return invoice.balance_cents


def test_paying_several_invoices_at_once_settles_each_and_numbers_one_receipt(sandbox):
    payer = GuardianFactory()
    one, two = InvoiceFactory(payer=payer), InvoiceFactory(payer=payer, total_cents=1000)
    attempt = pay(sandbox, one, two)
    assert (attempt.state, attempt.amount_cents) == ("paid", 4620)
    assert (balance(one), balance(two)) == (0, 0)
    assert attempt.receipt_number.startswith("R")
    assert Message.objects.filter(kind="payment_received", recipient=payer.user).count() == 1
    refresh(attempt, by=SYSTEM)
    assert LedgerEntry.objects.count() == 2


def test_the_provider_learns_no_child_and_no_meal(sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    told = str(attempt.request) + str(sandbox.state()["sessions"][0])
    assert f"Facture {invoice.number}" in told
    line = invoice.lines.get()
    assert line.child.family_name not in told
    assert "Repas" not in told


def test_a_lost_answer_gives_one_page_and_nothing_is_lost(sandbox):
    before = len(sandbox.state()["sessions"])
    invoice = InvoiceFactory()
    sandbox.ask("faults", lost_answer=1)
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    assert attempt.state == "open"
    assert len(sandbox.state()["sessions"]) == min(before + 1, 50)


def test_a_provider_that_is_down_gives_a_clear_sentence_and_the_next_try_goes_on(sandbox):
    invoice = InvoiceFactory()
    sandbox.ask("faults", error_500=3)
    with pytest.raises(RuleBroken, match="ne répond pas") as refused:
        start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    assert refused.value.code == "provider_down"
    stuck = PaymentAttempt.objects.get()
    assert (stuck.state, stuck.session_id) == ("created", None)
    again = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    assert (again.pk, again.state) == (stuck.pk, "open")


def test_an_attempt_without_an_answer_is_taken_up_by_the_reconciliation(sandbox):
    invoice = InvoiceFactory()
    sandbox.ask("faults", lost_answer=3)
    with pytest.raises(RuleBroken):
        start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    stuck = PaymentAttempt.objects.get()
    assert stuck.session_id is None
    sandbox.ask("pay", session=sandbox.state()["sessions"][0]["id"])
    assert reconcile.check_attempts(older_than=dt.timedelta()) == 1
    stuck.refresh_from_db()
    assert stuck.state == "paid"
    assert balance(invoice) == 0


def test_a_second_tab_reuses_the_page_and_another_choice_closes_it(sandbox):
    payer = GuardianFactory()
    one, two = InvoiceFactory(payer=payer), InvoiceFactory(payer=payer)
    first = start_payment(by=SYSTEM, payer=payer, invoices=[one])
    assert start_payment(by=SYSTEM, payer=payer, invoices=[one]).pk == first.pk
    both = start_payment(by=SYSTEM, payer=payer, invoices=[one, two])
    first.refresh_from_db()
    assert first.state == "expired"
    assert both.state == "open"


def test_the_other_tab_paid_first(sandbox):
    invoice = InvoiceFactory()
    first = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.pay(first)
    with pytest.raises(RuleBroken) as refused:
        start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    assert refused.value.code == "already_paid"
    assert balance(invoice) == 0


def test_two_payments_of_one_invoice_leave_the_second_as_credit(sandbox):
    payer = GuardianFactory()
    one, two = InvoiceFactory(payer=payer), InvoiceFactory(payer=payer)
    attempt = start_payment(by=SYSTEM, payer=payer, invoices=[one])
    from payments.actions.desk import record_desk_payment

    record_desk_payment(by=SYSTEM, invoice=one, method="cash", cents=3620, key=uuid.uuid4())
    sandbox.pay(attempt)
    refresh(attempt, by=SYSTEM)
    assert balance(one) == 0
    assert credit_of(payer) == 3620
    assert use_credit(two, key="k", by=SYSTEM) == 3620
    assert (balance(two), credit_of(payer)) == (0, 0)
    assert use_credit(two, key="k", by=SYSTEM) == 0


def test_a_bank_debit_waits_and_then_settles_or_fails(sandbox):
    for succeeds, state, owed in ((True, "paid", 0), (False, "failed", 3620)):
        invoice = InvoiceFactory()
        attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
        sandbox.ask("debit", session=attempt.session_id, succeeds=succeeds)
        assert refresh(attempt, by=SYSTEM).state == "processing"
        with pytest.raises(RuleBroken) as refused:
            start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
        assert refused.value.code == "in_progress"
        sandbox.ask("advance", seconds=3601)
        assert refresh(attempt, by=SYSTEM).state == state
        assert balance(invoice) == owed
        sandbox.ask("reset")


def test_too_small_for_a_card(sandbox):
    invoice = InvoiceFactory(total_cents=40)
    with pytest.raises(RuleBroken) as refused:
        start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    assert refused.value.code == "too_small"


@pytest.mark.parametrize(
    "wrong", [{"amount_cents": 1}, {"currency": "usd"}, {"livemode": True}, {"reference": "x"}]
)
def test_money_that_is_not_what_we_asked_for_is_an_anomaly_and_never_dropped(sandbox, wrong):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    facts = {
        "reference": str(attempt.public_id),
        "status": "paid",
        "amount_cents": 3620,
        "currency": "eur",
        "livemode": False,
        "payment_id": f"pi_{uuid.uuid4().hex}",
    }
    attempt = apply(attempt, Snapshot(**{**facts, **wrong}), by=SYSTEM)
    assert attempt.state == "anomaly"
    assert balance(invoice) == 3620
    accept_anomaly(attempt, by=SYSTEM, cents=3620)
    assert credit_of(invoice.payer) == 3620


def test_a_refund_reopens_the_invoice_and_never_exceeds_what_was_paid(sandbox):
    invoice = InvoiceFactory()
    attempt = pay(sandbox, invoice)
    key = uuid.uuid4()
    for _again in range(2):
        refund = refund_payment(by=SYSTEM, attempt=attempt, cents=1000, reason="Erreur", key=key)
    assert refund.state == "succeeded"
    attempt.refresh_from_db()
    assert (attempt.state, attempt.refunded_cents, balance(invoice)) == (
        "partially_refunded",
        1000,
        1000,
    )
    with pytest.raises(RuleBroken) as refused:
        refund_payment(by=SYSTEM, attempt=attempt, cents=2621, reason="Erreur", key=uuid.uuid4())
    assert refused.value.code == "amount"
    refund_payment(by=SYSTEM, attempt=attempt, cents=2620, reason="Reste", key=uuid.uuid4())
    attempt.refresh_from_db()
    assert attempt.state == "refunded"


def test_after_a_credit_note_a_refund_takes_the_credit_and_owes_nothing_again(sandbox):
    invoice = InvoiceFactory()
    attempt = pay(sandbox, invoice)
    line = invoice.lines.get()
    note = issue_credit_note(
        by=SYSTEM, invoice=invoice, quantities={line.pk: 2}, reason="Sortie scolaire"
    )
    assert (note.amount_cents, credit_of(invoice.payer), balance(invoice)) == (724, 724, 0)
    refund_payment(by=SYSTEM, attempt=attempt, cents=724, reason="Avoir", key=uuid.uuid4())
    assert (credit_of(invoice.payer), balance(invoice)) == (0, 0)
    with pytest.raises(RuleBroken):
        issue_credit_note(by=SYSTEM, invoice=invoice, quantities={line.pk: 9}, reason="Trop")
    assert CreditNote.objects.count() == 1


def test_a_lost_refund_answer_is_sent_again_once(sandbox):
    invoice = InvoiceFactory()
    attempt = pay(sandbox, invoice)
    sandbox.ask("faults", lost_answer=3)
    with pytest.raises(RuleBroken) as refused:
        refund_payment(by=SYSTEM, attempt=attempt, cents=500, reason="Erreur", key=uuid.uuid4())
    assert refused.value.code == "provider_down"
    attempt.refresh_from_db()
    assert attempt.refunded_cents == 500
    assert reconcile.check_refunds(older_than=dt.timedelta()) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.refunded_cents) == ("partially_refunded", 500)
    assert LedgerEntry.objects.filter(kind="refund").count() == 1


def test_refunds_made_elsewhere_failed_refunds_and_disputes_reach_the_ledger(sandbox):
    invoice = InvoiceFactory()
    attempt = pay(sandbox, invoice)
    charge = next(
        c for c in sandbox.state()["charges"] if c["payment_intent"] == attempt.payment_id
    )
    made = sandbox.ask("refund", charge=charge["id"], amount=620)
    refresh(attempt, by=SYSTEM)
    assert (balance(invoice), Refund.objects.get().provider_id) == (620, made["id"])
    sandbox.ask("finish_refund", refund=made["id"], outcome="failed")
    attempt = refresh(attempt, by=SYSTEM)
    assert (attempt.state, attempt.refunded_cents, balance(invoice)) == ("paid", 0, 0)
    dispute = sandbox.ask("dispute", charge=charge["id"])
    attempt = refresh(attempt, by=SYSTEM)
    assert (attempt.state, balance(invoice)) == ("disputed", 3620)
    sandbox.ask("close_dispute", dispute=dispute["id"], outcome="won")
    attempt = refresh(attempt, by=SYSTEM)
    assert (attempt.state, balance(invoice)) == ("paid", 0)
    assert differences() == []


def test_readings_applied_in_any_order_and_twice_end_alike():
    def readings(reference):
        facts = {
            "reference": reference,
            "amount_cents": 3620,
            "currency": "eur",
            "livemode": False,
            "payment_id": f"pi_{reference}",
        }
        back = RefundFact(f"re_{reference}", 620, "succeeded")
        failed = RefundFact(f"re_{reference}", 620, "failed")
        return [
            Snapshot(status="open", **{**facts, "payment_id": ""}),
            Snapshot(status="paid", **facts),
            Snapshot(status="paid", refunds=(back,), **facts),
            Snapshot(status="paid", refunds=(failed,), **facts),
        ]

    ends = set()
    for order in permutations(range(4)):
        invoice = InvoiceFactory()
        attempt = PaymentAttempt.objects.create(
            payer=invoice.payer,
            provider="stripe",
            amount_cents=3620,
            session_id=f"cs_{uuid.uuid4()}",
            expires_at=clock.now(),
        )
        attempt.lines.create(invoice=invoice, cents=3620)
        seen = readings(str(attempt.public_id))
        for index in [*order, *order]:
            attempt = apply(attempt, seen[index], by=SYSTEM)
        ends.add((attempt.state, attempt.refunded_cents, balance(invoice)))
    assert ends == {("paid", 0, 0)}


def test_the_hourly_list_of_events_finds_what_was_never_delivered(sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    since = clock.now() - dt.timedelta(seconds=2)
    sandbox.pay(attempt)
    assert reconcile.catch_up(since) >= 3
    assert balance(invoice) == 0
    known = ProviderEvent.objects.count()
    assert reconcile.catch_up(since) == 0
    assert ProviderEvent.objects.count() == known


def test_the_day_is_reconciled_object_by_object(sandbox):
    invoice = InvoiceFactory()
    attempt = pay(sandbox, invoice)
    today = clock.today()
    day = reconcile.reconcile_day(today)
    mine = [d for d in day.differences if d["object_id"] == attempt.payment_id]
    assert mine == []
    LedgerEntry.objects.create(
        payer=invoice.payer,
        kind="payment",
        method="card",
        amount_cents=5,
        provider="stripe",
        object_id="pi_nowhere",
        part="credit",
    )
    again = reconcile.reconcile_day(today)
    assert "pi_nowhere" in {d["object_id"] for d in again.differences}


def test_the_ledger_refuses_to_be_changed():
    entry = LedgerEntry.objects.create(
        payer=GuardianFactory(),
        kind="payment",
        method="cash",
        amount_cents=5,
        provider="desk",
        object_id="x",
        part="credit",
    )
    for spoil in (
        lambda: LedgerEntry.objects.filter(pk=entry.pk).update(amount_cents=6),
        lambda: LedgerEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            spoil()


def test_an_expired_page_frees_the_invoice(sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.ask("advance", seconds=3700)
    with time_machine.travel(clock.now() + dt.timedelta(seconds=3700), tick=True):
        assert reconcile.check_attempts() == 1
        attempt.refresh_from_db()
        assert attempt.state == "expired"
        again = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    assert again.pk != attempt.pk
    assert Invoice.objects.get(pk=invoice.pk).balance_cents == 3620
