"""The revenue office: its pages, and the billing of the present month."""

from __future__ import annotations

from django.db import connection
from django.urls import reverse

from core import clock
from payments.actions import billing
from payments.models import BillingRun, Charge, InvoiceLine
from tests.bench.board import Board, seconds
from tests.bench.city import City
from tests.bench.pages import client_of, page_row


def measure(board: Board, city: City) -> None:
    """Time the pages, then bill the month that the demo leaves to the officer."""
    _ = city.seeded
    officer, parent = client_of("revenue_officer"), client_of("parent")
    page_row(board, "payments.mine", parent, reverse("payments:home"), at_most=100, queries=30)
    for name in ("dashboard", "office_invoices", "overdue"):
        page_row(board, f"payments.{name}", officer, reverse(f"payments:{name}"), at_most=250)
    run, _created = BillingRun.objects.get_or_create(
        month=clock.today().replace(day=1), defaults={"state": BillingRun.State.COLLECTING}
    )
    lines = InvoiceLine.objects.count()
    charged = seconds(lambda: billing.prepare(run))
    charges = Charge.objects.filter(billing_run=run).count()
    board.add(
        "payments.charges_100000.s",
        charged / max(charges, 1) * 100_000,
        "s",
        baseline="INSERT … SELECT of as many charges",
        baseline_value=_copy("payments_charge", charges) / max(charges, 1) * 100_000,
        at_most=60,
    )
    run.refresh_from_db()
    BillingRun.objects.filter(pk=run.pk).update(state=BillingRun.State.INVOICING)
    run.refresh_from_db()
    issued = seconds(lambda: _issue(run))
    new = max(InvoiceLine.objects.count() - lines, 1)
    board.add(
        "payments.lines_100000.s",
        issued / new * 100_000,
        "s",
        baseline="INSERT … SELECT of as many invoice lines",
        baseline_value=_copy("payments_invoiceline", new) / new * 100_000,
        at_most=120,
    )


def _issue(run: BillingRun) -> None:
    while billing.issue_batch(run, tell=False):
        pass


def _copy(table: str, rows: int) -> float:
    """Return how long the database takes to copy so many rows of a table, indexes included."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE bench_rows (LIKE "{table}" INCLUDING ALL)')

        def copy() -> None:
            cursor.execute(f'INSERT INTO bench_rows SELECT * FROM "{table}" LIMIT %s', [rows])  # noqa: S608

        spent = seconds(copy)
        cursor.execute("DROP TABLE bench_rows")
    return spent
