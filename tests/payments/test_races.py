"""Real connections against each other: numbers, webhooks, payments, refunds, runs."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from core import clock
from core.errors import RuleBroken
from core.journal import SYSTEM
from payments import sources
from payments.actions import billing, numbers
from payments.actions.cards import start_payment
from payments.actions.charges import ChargeRow, record_charges
from payments.actions.desk import record_desk_payment
from payments.actions.refunds import refund_payment
from payments.actions.settle import apply, refresh
from payments.models import (
    BillingRun,
    Charge,
    DeskPayment,
    Invoice,
    LedgerEntry,
    NumberSequence,
    PaymentAttempt,
    Refund,
)
from payments.provider import get_provider
from tests.factories.families import ChildFactory, GuardianFactory
from tests.factories.payments import ChargeFactory, InvoiceFactory, TermsFactory
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_eight_connections_take_numbers_without_a_gap_even_when_some_roll_back():
    def take(fails: bool) -> list[int]:
        taken: list[int] = []
        for turn in range(10):
            try:
                with transaction.atomic():
                    got = list(numbers.take("invoice", 2026, 1 + turn % 3))
                    if fails and turn % 2:
                        raise RuntimeError  # noqa: TRY301
                taken += got
            except RuntimeError:
                continue
        return taken

    ends = together(*[lambda n=n: take(fails=n % 2 == 0) for n in range(8)])
    everything = sorted(number for end in ends for number in end)
    assert everything == list(range(1, len(everything) + 1))
    assert NumberSequence.objects.get().last == len(everything)


def test_two_notifications_at_once_settle_once(sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.pay(attempt)
    snapshot = get_provider().fetch(attempt)
    ends = together(*[lambda: apply(attempt, snapshot, by=SYSTEM).state for _ in range(6)])
    assert ends == ["paid"] * 6
    assert LedgerEntry.objects.count() == 1
    invoice.refresh_from_db()
    assert invoice.balance_cents == 0


def test_paying_from_four_tabs_opens_one_page(sandbox):
    invoice = InvoiceFactory()

    def pay() -> object:
        try:
            return start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice]).hosted_url
        except RuleBroken as broken:
            return broken.code

    ends = together(pay, pay, pay, pay)
    urls = {end for end in ends if str(end).startswith("http")}
    assert len(urls) == 1
    assert set(map(str, ends)) - set(map(str, urls)) <= {"in_progress"}
    assert PaymentAttempt.objects.filter(lines__active=True).count() == 1


def test_refunds_at_once_never_exceed_what_was_paid(sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.pay(attempt)
    attempt = refresh(attempt, by=SYSTEM)

    def refund() -> object:
        try:
            return refund_payment(
                by=SYSTEM, attempt=attempt, cents=2000, reason="Erreur", key=uuid.uuid4()
            ).state
        except RuleBroken as broken:
            return broken.code

    ends = together(refund, refund, refund)
    assert sorted(map(str, ends)) == ["amount", "amount", "succeeded"]
    assert Refund.objects.aggregate(n=Sum("amount_cents"))["n"] == 2000
    invoice.refresh_from_db()
    assert invoice.balance_cents == 2000


def test_cash_and_card_at_once_keep_every_cent(sandbox):
    invoice = InvoiceFactory()
    attempt = start_payment(by=SYSTEM, payer=invoice.payer, invoices=[invoice])
    sandbox.pay(attempt)

    def cash() -> object:
        try:
            return record_desk_payment(
                by=SYSTEM, invoice=invoice, method="cash", cents=3620, key=uuid.uuid4()
            )
        except RuleBroken as broken:
            return broken.code

    together(cash, lambda: refresh(attempt, by=SYSTEM))
    moved = LedgerEntry.objects.aggregate(n=Sum("amount_cents"))["n"]
    taken = DeskPayment.objects.aggregate(n=Sum("amount_cents"))["n"] or 0
    assert moved == 3620 + taken
    invoice.refresh_from_db()
    assert invoice.balance_cents == 0


def _month_of_charges(payers: int) -> None:
    TermsFactory()
    child = ChildFactory()
    for _ in range(payers):
        guardian = GuardianFactory(user=None)
        for _meal in range(3):
            ChargeFactory(child=child, guardian=guardian)


def test_a_run_started_twice_and_worked_by_two_bills_once(monkeypatch):
    monkeypatch.setattr(billing, "BATCH", 3)
    _month_of_charges(10)
    month = clock.today().replace(day=1)
    ends = together(*[lambda: billing.start_run(by=SYSTEM, month=month).pk for _ in range(4)])
    assert len(set(ends)) == 1
    run = BillingRun.objects.get()
    billing.advance(run)
    together(*[lambda: billing.confirm(by=SYSTEM, run=run).state for _ in range(2)])
    together(*[lambda: billing.advance(BillingRun.objects.get()).state for _ in range(3)])
    run.refresh_from_db()
    assert (run.state, run.invoices_done, Invoice.objects.count()) == ("done", 10, 10)
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, 11))
    assert run.total_cents == Invoice.objects.aggregate(n=Sum("total_cents"))["n"] == 10_860


def test_a_killed_worker_leaves_whole_batches_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(billing, "BATCH", 4)
    _month_of_charges(10)
    run = billing.start_run(by=SYSTEM, month=clock.today())
    billing.advance(run)
    billing.confirm(by=SYSTEM, run=run)
    real, calls = billing._issue, []

    def dies(*args):
        calls.append(1)
        result = real(*args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(billing, "_issue", dies)
    with pytest.raises(KeyboardInterrupt):
        billing.advance(run)
    assert Invoice.objects.count() == 4
    monkeypatch.setattr(billing, "_issue", real)
    billing.advance(run)
    run.refresh_from_db()
    assert (run.state, Invoice.objects.count(), run.invoices_done) == ("done", 10, 10)
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, 11))


def test_charges_recorded_at_once_by_two_workers_exist_once():
    child, guardian = ChildFactory(), GuardianFactory(user=None)

    def rows():
        for n in range(300):
            yield ChargeRow(
                source_key=f"meal:{n}",
                child_id=child.pk,
                guardian_id=guardian.pk,
                service_day=clock.today(),
                service="canteen.meal",
                label="Repas",
                unit_price_cents=100,
            )

    ends = together(*[lambda: record_charges(rows(), by=SYSTEM) for _ in range(3)])
    assert sum(end.created for end in ends) == 300
    assert Charge.objects.count() == 300


def test_the_preview_says_exactly_what_is_invoiced(monkeypatch):
    monkeypatch.setattr(sources, "_sources", {})
    _month_of_charges(4)
    ChargeFactory(guardian=None)
    ChargeFactory(family_quotient=None, unit_price_cents=600)
    run = billing.start_run(by=SYSTEM, month=clock.today())
    billing.advance(run)
    run.refresh_from_db()
    assert run.state == "ready"
    assert (run.preview["no_payer"], run.preview["no_quotient"]) == (1, 1)
    late = ChargeFactory()
    billing.confirm(by=SYSTEM, run=run)
    billing.advance(run)
    run.refresh_from_db()
    billed = Invoice.objects.aggregate(n=Sum("total_cents"))["n"]
    assert run.preview["total_cents"] == billed == 4 * 1086 + 600
    late.refresh_from_db()
    assert late.billing_run is None
    assert connection.vendor == "postgresql"
