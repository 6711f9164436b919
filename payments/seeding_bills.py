"""Bills of the demo city: three months billed, the present one left for the officer to bill.

The newest billed month goes through the real billing from the canteen's meals, completed for
the days before the canteen's data begin. The two months before are its echo: the same families
and prices on that month's days. Most are paid, some late, a few corrected or refunded.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Min

from core import clock
from core.journal import SYSTEM
from core.seeding import SeedContext
from families.models import Child, Guardian
from families.queries import payer_table
from payments import sources
from payments.actions import billing
from payments.actions.charges import ChargeRow, record_charges
from payments.models import BillingRun, Charge, Invoice, InvoiceLine
from payments.rules.invoicing import month_bounds
from payments.seeding_payments import pay_bills, seed_reconciliations

#: Share of the invoices that are paid, newest month first.
PAID = (0.55, 0.94, 0.985)
_SERVED = {1, 2, 4, 5}
_Habit = tuple[set[int], int, str, int | None]
_Habits = dict[tuple[int, int, str, str], _Habit]
_BATCH = 2000
#: Days before the canteen's data that a city's newest bill is completed with: 50,000 rows each.
_COMPLETED_DAYS = 6


def seed_bills(ctx: SeedContext) -> None:
    """Write three months of bills and what became of them."""
    months = _months(ctx, 3)
    newest = months[0]
    run = _real_run(ctx, newest)
    habits = _habits(Charge.objects.filter(billing_run=run))
    issued: list[list[Invoice]] = []
    for age, month in reversed(list(enumerate(months[1:], start=1))):
        issued.insert(0, _echo(ctx, habits, month, _issue_day(ctx, month), age))
    while billing.issue_batch(run, on=_issue_day(ctx, newest), tell=False):
        pass
    fresh = list(Invoice.objects.filter(run=run).order_by("pk"))
    ctx.progress("factures", len(fresh), len(fresh))
    for age, invoices in enumerate([fresh, *issued]):
        pay_bills(ctx, invoices, PAID[age], age)
    seed_reconciliations(ctx)
    _set_aside(ctx)


def _months(ctx: SeedContext, count: int) -> list[dt.date]:
    """Return the last full months in which children ate, newest first."""
    found: list[dt.date] = []
    month = ctx.today.replace(day=1)
    while len(found) < count:
        month = (month - dt.timedelta(days=1)).replace(day=1)
        if len(_school_days(ctx, month)) >= 3:
            found.append(month)
    return found


def _school_days(ctx: SeedContext, month: dt.date) -> list[dt.date]:
    """Return the days of a month on which meals are served, closures and summer left out."""
    first, last = month_bounds(month)
    if first.month in {7, 8}:
        return []
    closed: set[dt.date] = set()
    year = ctx.marks.get("school_year")
    for closure in year.closures.all() if year is not None else []:
        span = (closure.ends_on - closure.starts_on).days
        closed |= {closure.starts_on + dt.timedelta(days=n) for n in range(span + 1)}
    days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.isoweekday() in _SERVED and day not in closed]


def _issue_day(ctx: SeedContext, month: dt.date) -> dt.date:
    _first, last = month_bounds(month)
    return min(ctx.today, last + dt.timedelta(days=3))


def _real_run(ctx: SeedContext, month: dt.date) -> BillingRun:
    """Open the billing of a month with the canteen's own charges, up to its confirmation."""
    first, last = month_bounds(month)
    run = BillingRun.objects.create(
        month=month,
        started_by=ctx.people.get("revenue_officer"),
        started_at=clock.at(_issue_day(ctx, month), 9),
    )
    for name in sources.names():
        sources.collect(name, first, last, SYSTEM)
    record_charges(_days_before(ctx, month), by=SYSTEM)
    billing.take_charges(run)
    run.refresh_from_db()
    run.state = BillingRun.State.INVOICING
    run.save(update_fields=["state"])
    return run


def _days_before(ctx: SeedContext, month: dt.date) -> Iterator[ChargeRow]:
    """Complete a month with meals on the days before the canteen's data begin.

    A family's usual weekdays and price are read from the meals there are; in a month without
    any (in summer, or just after), from all charges there are.
    """
    first, last = month_bounds(month)
    known = Charge.objects.filter(service_day__range=(first, last))
    begins = known.aggregate(n=Min("service_day"))["n"] or last + dt.timedelta(days=1)
    missing = [day for day in _school_days(ctx, month) if day < begins]
    if ctx.scale.name == "city":
        missing = missing[-_COMPLETED_DAYS:]
    if not known.exists():
        for name in sources.names():
            sources.collect(name, last, ctx.today, SYSTEM)
        known = Charge.objects.filter(service_day__gte=last)
    habits = _habits(known)
    if not known.filter(service_day__lte=last).exists():
        Charge.objects.filter(service_day__gt=last, billing_run=None).delete()
    pays = _payers(habits, missing)
    for (child, payer, service, label), (weekdays, cents, band, quotient) in habits.items():
        for day in missing:
            if day.isoweekday() in weekdays and pays(child, payer, day):
                yield ChargeRow(
                    source_key=f"seed:{child}:{payer}:{service}:{day:%Y%m%d}",
                    child_id=child,
                    guardian_id=payer,
                    service_day=day,
                    service=service,
                    label=label,
                    unit_price_cents=cents,
                    tariff_band=band,
                    family_quotient=quotient,
                )


def _payers(habits: _Habits, days: list[dt.date]) -> Callable[[int, int, dt.date], bool]:
    """Return whether a guardian pays for a child on a day: not in the other parent's weeks."""
    if not days:
        return lambda _child, _payer, _day: False
    table = payer_table({key[0] for key in habits}, min(days), max(days))
    return lambda child, payer, day: any(who == payer for who, _percent in table.on(child, day))


def _habits(charges: Any) -> _Habits:
    rows = charges.filter(guardian__isnull=False).values_list(
        "child_id",
        "guardian_id",
        "service",
        "label",
        "service_day",
        "unit_price_cents",
        "tariff_band",
        "family_quotient",
    )
    habits: _Habits = {}
    for child, payer, service, label, day, cents, band, quotient in rows.order_by("pk").iterator():
        key = (child, payer, service, label)
        if key not in habits:
            habits[key] = ({day.isoweekday()}, cents, band, quotient)
        else:
            habits[key][0].add(day.isoweekday())
    return {key: habit for key, habit in habits.items() if key[3] != "Repas sans réservation"}


def _echo(
    ctx: SeedContext, habits: _Habits, month: dt.date, issued_on: dt.date, age: int
) -> list[Invoice]:
    """Write an older month's invoices straight away: the charges themselves are archived."""
    rng = ctx.rng(f"bills-{age}")
    by_payer: dict[int, list[tuple[tuple[int, int, str, str], _Habit]]] = defaultdict(list)
    for key, habit in habits.items():
        by_payer[key[1]].append((key, habit))
    days = _school_days(ctx, month)
    echo = BillingRun.objects.create(
        month=month,
        state=BillingRun.State.DONE,
        started_by=ctx.people.get("revenue_officer"),
        started_at=clock.at(issued_on, 9),
        finished_at=clock.at(issued_on, 10),
    )
    pays = _payers(habits, days)
    drafts = [(payer, _lines(rng, found, days, pays)) for payer, found in sorted(by_payer.items())]
    drafts = [(payer, lines) for payer, lines in drafts if any(k.amount_cents for k in lines)]
    invoices = _invoices(echo, drafts, issued_on)
    BillingRun.objects.filter(pk=echo.pk).update(
        invoices_planned=len(invoices),
        invoices_done=len(invoices),
        total_cents=sum(invoice.total_cents for invoice in invoices),
        preview={
            "invoices": len(invoices),
            "total_cents": sum(invoice.total_cents for invoice in invoices),
            "charges": sum(line.quantity for _payer, lines in drafts for line in lines),
            "children": len({line.child_id for _payer, lines in drafts for line in lines}),
        },
    )
    return invoices


def _lines(
    rng: random.Random,
    found: Iterable[tuple[tuple[int, int, str, str], _Habit]],
    days: list[dt.date],
    pays: Callable[[int, int, dt.date], bool],
) -> list[InvoiceLine]:
    lines = []
    for (child, payer, service, label), (weekdays, cents, band, quotient) in found:
        served = [
            day
            for day in days
            if day.isoweekday() in weekdays and pays(child, payer, day) and rng.random() > 0.04
        ]
        if served:
            lines.append(
                InvoiceLine(
                    child_id=child,
                    service=service,
                    label=label,
                    days=[day.isoformat() for day in served],
                    quantity=len(served),
                    unit_price_cents=cents,
                    amount_cents=len(served) * cents,
                    tariff_band=band,
                    family_quotient=quotient,
                )
            )
    return lines


def _invoices(
    run: BillingRun, drafts: list[tuple[int, list[InvoiceLine]]], issued_on: dt.date
) -> list[Invoice]:
    payers = Guardian.objects.select_related("household__street").in_bulk([p for p, _ in drafts])
    children = {line.child_id for _payer, lines in drafts for line in lines}
    names = {child.pk: child.full_name for child in Child.objects.filter(pk__in=children)}
    due = [(payers[payer], sum(line.amount_cents for line in lines)) for payer, lines in drafts]
    invoices = billing.numbered(run, due, issued_on)
    for invoice in invoices:
        invoice.created_at = clock.at(issued_on, 10)
    written = Invoice.objects.bulk_create(invoices, batch_size=_BATCH)
    for invoice, (_payer, lines) in zip(written, drafts, strict=True):
        for position, line in enumerate(lines, start=1):
            line.invoice = invoice
            line.position = position
            line.child_name = names[line.child_id]
    InvoiceLine.objects.bulk_create(
        (line for _payer, lines in drafts for line in lines), batch_size=_BATCH
    )
    return written


def _set_aside(ctx: SeedContext) -> None:
    """Leave for later seeders which bill awaits the demo's parent."""
    parent = ctx.people.get("parent")
    if parent is not None:
        ctx.marks["unpaid_invoice"] = (
            Invoice.objects.filter(payer__user=parent).unpaid().order_by("pk").first()
        )
