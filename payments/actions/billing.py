"""The billing of a month: collect, show, confirm, invoice. Any step may be cut off and retaken.

``prepare`` takes the run's charges: from then on they are its own, so the preview is exactly
what will be invoiced. ``issue_batch`` invoices the next payers in one transaction and keeps
the run's row locked meanwhile: two workers on one run take turns, a killed one leaves whole
batches behind. Payers go in id order, so the last payer invoiced says where to go on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q, Sum
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from core.queueing import later
from families.models import Child, Guardian
from payments import sources
from payments.actions import numbers
from payments.actions.notices import tell_payers
from payments.models import BillingRun, Charge, Invoice, InvoiceLine
from payments.rules.invoicing import Item, Line, lines_of, month_bounds
from payments.rules.numbers import number
from payments.terms import terms_on

#: Payers invoiced in one transaction.
BATCH = 500
_AMOUNT = Sum(F("quantity") * F("unit_price_cents"), default=0)


def start_run(*, by: Actor, month: dt.date) -> BillingRun:
    """Open the billing of a month that has begun, or return the one that is there.

    The unique month makes two officers who press at once share one run. Raises RuleBroken
    ``future`` for a month that has not begun.
    """
    first, _last = month_bounds(month)
    if first > clock.today():
        raise RuleBroken("future", _("Ce mois n’a pas encore commencé."), field="month")
    try:
        with transaction.atomic():
            run = BillingRun.objects.create(month=first, started_by=by.user)
            journal.record(by, "billing_run.start", run, month=first.isoformat())
    except IntegrityError:
        existing: BillingRun = BillingRun.objects.get(month=first)
        return existing
    _enqueue(run)
    return run


def recompute(*, by: Actor, run: BillingRun) -> BillingRun:
    """Give the charges of an unconfirmed run back and collect again."""
    with transaction.atomic():
        locked = _lock(run)
        if locked.state != BillingRun.State.READY:
            raise RuleBroken("state", _("Cette facturation ne peut plus être recalculée."))
        Charge.objects.filter(billing_run=locked).update(billing_run=None)
        locked.state, locked.preview, locked.moved_at = "collecting", {}, clock.now()
        locked.save()
        journal.record(by, "billing_run.recompute", locked)
    _enqueue(locked)
    return locked


def confirm(*, by: Actor, run: BillingRun) -> BillingRun:
    """Start issuing what the preview shows. Confirming twice confirms once."""
    with transaction.atomic():
        locked = _lock(run)
        if locked.state in {BillingRun.State.INVOICING, BillingRun.State.DONE}:
            return locked
        if locked.state != BillingRun.State.READY:
            raise RuleBroken("state", _("Le calcul n’est pas terminé."))
        terms_on(clock.today())
        locked.state, locked.moved_at = BillingRun.State.INVOICING, clock.now()
        locked.save(update_fields=["state", "moved_at"])
        journal.record(by, "billing_run.confirm", locked, cents=locked.total_cents)
    _enqueue(locked)
    return locked


def _enqueue(run: BillingRun) -> None:
    later("payments.advance_run", run.pk)


def _lock(run: BillingRun) -> BillingRun:
    locked: BillingRun = BillingRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    return locked


def advance(run: BillingRun) -> BillingRun:
    """Do everything that remains to be done on a run without somebody's decision."""
    run.refresh_from_db()
    if run.state == BillingRun.State.COLLECTING:
        prepare(run)
        run.refresh_from_db()
    while run.state == BillingRun.State.INVOICING and issue_batch(run):
        pass
    run.refresh_from_db()
    return run


def prepare(run: BillingRun) -> None:
    """Ask every source for the month's charges, take them, and draw up the preview."""
    first, last = month_bounds(run.month)
    until = min(last, clock.today())
    for name in sources.names():
        sources.collect(name, first, until, SYSTEM)
        BillingRun.objects.filter(pk=run.pk).update(moved_at=clock.now())
    take_charges(run)


def take_charges(run: BillingRun) -> None:
    """Make the unbilled charges up to the month's end the run's own, and draw up its preview."""
    _first, last = month_bounds(run.month)
    with transaction.atomic():
        locked = _lock(run)
        if locked.state != BillingRun.State.COLLECTING:
            return
        Charge.objects.unbilled().filter(service_day__lte=last, guardian__isnull=False).update(
            billing_run=locked
        )
        locked.preview = _preview(locked, last)
        locked.invoices_planned = locked.preview["invoices"]
        locked.total_cents = locked.preview["total_cents"]
        locked.state, locked.moved_at = BillingRun.State.READY, clock.now()
        locked.save()


def _preview(run: BillingRun, last: dt.date) -> dict[str, Any]:
    """Return totals, the spread over bands, and what looks wrong (ids and numbers only)."""
    taken = Charge.objects.filter(billing_run=run)
    totals = taken.aggregate(
        cents=_AMOUNT, charges=Count("pk"), children=Count("child", distinct=True)
    )
    payers = taken.order_by().values("guardian").annotate(cents=_AMOUNT).filter(cents__gt=0)
    orphans = Charge.objects.unbilled().filter(guardian__isnull=True, service_day__lte=last)
    unknown = taken.filter(family_quotient__isnull=True)
    earlier = taken.filter(service_day__lt=run.month)
    bands = (
        taken.order_by()
        .values("label", "tariff_band", "unit_price_cents")
        .annotate(units=Sum("quantity"), cents=_AMOUNT)
        .order_by("label", "unit_price_cents", "tariff_band")
    )
    return {
        "invoices": payers.count(),
        "total_cents": totals["cents"],
        "charges": totals["charges"],
        "children": totals["children"],
        "bands": list(bands),
        "no_payer": orphans.values("child").distinct().count(),
        "no_payer_children": list(
            orphans.order_by("child").values_list("child", flat=True).distinct()[:50]
        ),
        "no_quotient": unknown.values("guardian").distinct().count(),
        "earlier_cents": earlier.aggregate(n=_AMOUNT)["n"],
    }


def issue_batch(run: BillingRun, *, on: dt.date | None = None, tell: bool = True) -> bool:
    """Invoice the next payers of a run in one transaction; returns False when none is left.

    ``on`` is the day of issue (today unless told) and ``tell`` writes to the payers.
    """
    with transaction.atomic():
        locked = _lock(run)
        if locked.state != BillingRun.State.INVOICING:
            return False
        last = locked.invoices.aggregate(n=Max("payer_id"))["n"] or 0
        due = (
            Charge.objects.filter(billing_run=locked, guardian_id__gt=last)
            .order_by("guardian_id")
            .values_list("guardian_id")
            .annotate(cents=_AMOUNT)
            .filter(cents__gt=0)
        )
        totals = dict(islice(due[:BATCH], BATCH))
        if totals:
            invoices, payers = _issue(locked, totals, on or clock.today())
            if tell:
                tell_payers(invoices, payers)
        locked.invoices_done += len(totals)
        locked.moved_at = clock.now()
        if len(totals) < BATCH:
            locked.state, locked.finished_at = BillingRun.State.DONE, clock.now()
            journal.record(SYSTEM, "billing_run.done", locked, invoices=locked.invoices_done)
        locked.save()
    return len(totals) == BATCH


def _issue(
    run: BillingRun, totals: dict[int, int], today: dt.date
) -> tuple[list[Invoice], dict[int, Guardian]]:
    payers = Guardian.objects.select_related(
        "household__street", "user", "merged_into__user"
    ).in_bulk(list(totals))
    lines = _lines(run, list(totals))
    due = [(payers[payer_id], cents) for payer_id, cents in totals.items()]
    invoices = Invoice.objects.bulk_create(numbered(run, due, today))
    names = Child.objects.in_bulk({line.child_id for found in lines.values() for line in found})
    InvoiceLine.objects.bulk_create(
        (
            _line(invoice, position, line, names[line.child_id].full_name)
            for invoice in invoices
            for position, line in enumerate(lines[invoice.payer_id], start=1)
        ),
        batch_size=2000,
    )
    return invoices, payers


def numbered(
    run: BillingRun, due: Sequence[tuple[Guardian, int]], issued_on: dt.date
) -> list[Invoice]:
    """Return the invoices of what payers (read with their address) owe, to be written at once.

    They take the next numbers of the year, in order.
    """
    taken = numbers.take("invoice", issued_on.year, len(due))
    due_on = issued_on + dt.timedelta(days=terms_on(issued_on).payment_days)
    return [
        Invoice(
            number=number("invoice", issued_on.year, sequence),
            year=issued_on.year,
            sequence=sequence,
            payer=payer,
            run=run,
            month=run.month,
            issued_on=issued_on,
            due_on=due_on,
            total_cents=cents,
            balance_cents=cents,
            payer_name=payer.full_name,
            payer_address=payer.household.address_lines,
        )
        for sequence, (payer, cents) in zip(taken, due, strict=True)
    ]


def _line(invoice: Invoice, position: int, line: Line, child_name: str) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        child_id=line.child_id,
        child_name=child_name,
        service=line.service,
        label=line.label,
        days=[day.isoformat() for day in line.days],
        quantity=line.quantity,
        unit_price_cents=line.unit_price_cents,
        amount_cents=line.amount_cents,
        tariff_band=line.tariff_band,
        family_quotient=line.family_quotient,
    )


def _lines(run: BillingRun, payer_ids: list[int]) -> dict[int, list[Line]]:
    items: dict[int, list[Item]] = defaultdict(list)
    rows = Charge.objects.filter(billing_run=run, guardian_id__in=payer_ids).values_list(
        "guardian_id",
        "child_id",
        "service",
        "label",
        "service_day",
        "quantity",
        "unit_price_cents",
        "tariff_band",
        "family_quotient",
    )
    for payer_id, *values in rows.iterator(chunk_size=5000):
        items[payer_id].append(Item(*values))
    return {payer_id: lines_of(found) for payer_id, found in items.items()}


def stalled(minutes: int = 3) -> Q:
    """Return the condition that a run should be moving but has stood still."""
    limit = clock.now() - dt.timedelta(minutes=minutes)
    return Q(state__in=["collecting", "invoicing"], moved_at__lt=limit)
