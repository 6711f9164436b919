"""Work of payments outside a request: ids in, an action called, safe to repeat."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import translation

from core import clock, outbox
from payments.actions import billing, ledger, reconcile
from payments.models import BillingRun


@shared_task(name="payments.advance_run")  # type: ignore[untyped-decorator]
def advance_run(pk: int) -> str:
    """Carry a billing run as far as it goes without a decision."""
    with translation.override("fr"):
        run = BillingRun.objects.filter(pk=pk).first()
        return "gone" if run is None else billing.advance(run).state


@shared_task(name="payments.resume_runs")  # type: ignore[untyped-decorator]
def resume_runs() -> int:
    """Take up runs that stand still: their worker was stopped, or the message lost."""
    stalled = list(BillingRun.objects.filter(billing.stalled()).values_list("pk", flat=True))
    for pk in stalled:
        advance_run(pk)
    return len(stalled)


@shared_task(name="payments.deliver_notices")  # type: ignore[untyped-decorator]
def deliver_notices(first: int, last: int) -> int:
    """Deliver the notices of a batch of invoices, by the ids of their messages."""
    due = outbox.Message.objects.due(clock.now()).filter(
        pk__range=(first, last), kind="invoice_issued"
    )
    return sum(outbox.deliver(pk) for pk in due.order_by("pk").values_list("pk", flat=True))


@shared_task(name="payments.check_attempts")  # type: ignore[untyped-decorator]
def check_attempts() -> int:
    """Read payments that have been pending for a while; send again what got no answer."""
    return reconcile.check_attempts() + reconcile.check_refunds()


@shared_task(name="payments.catch_up_events")  # type: ignore[untyped-decorator]
def catch_up_events() -> int:
    """Process events that never reached us, and those on which we failed."""
    return reconcile.catch_up(clock.now() - reconcile.OVERLAP)


@shared_task(name="payments.reconcile_yesterday")  # type: ignore[untyped-decorator]
def reconcile_yesterday() -> int:
    """Hold yesterday's ledger against the provider's books, and balances against the ledger."""
    day = reconcile.reconcile_day(clock.today() - dt.timedelta(days=1))
    return len(day.differences) + len(ledger.differences())
