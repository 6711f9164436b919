"""The revenue office: dashboard, invoices, one invoice, overdue bills, reconciliation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.dates import date_format
from core.journal import Actor
from core.money import format_euros
from core.paging import ROWS, page_of
from payments.access import SETTLED
from payments.actions.desk import send_reminders
from payments.actions.ledger import credit_of, differences
from payments.forms import InvoiceFilterForm
from payments.models import (
    BillingRun,
    Invoice,
    LedgerEntry,
    PaymentAttempt,
    ReconciliationDay,
    Refund,
)
from payments.queries import by_child, collected_by_month, month_figures, search_invoices
from payments.terms import by_last_reminder, terms_on

OFFICE = (Role.REVENUE_OFFICER,)


@allow(*OFFICE)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what was billed, what came in and what is still owed."""
    figures = month_figures()
    collected = collected_by_month()
    this_month = clock.today().replace(day=1)
    latest = figures[0] if figures else None
    unpaid = Invoice.objects.unpaid().aggregate(n=Sum("balance_cents"))["n"] or 0
    overdue = Invoice.objects.overdue().aggregate(n=Sum("balance_cents"))["n"] or 0
    bars = [
        {
            "label": date_format(row["month"], "F Y"),
            "value": max(row["cents"], 0),
            "text": format_euros(row["cents"]),
        }
        for row in collected
    ]
    return render(
        request,
        "payments/office/dashboard.html",
        {
            "figures": figures,
            "latest": latest,
            "bars": bars,
            "collected_now": sum(r["cents"] for r in collected if r["month"] == this_month),
            "unpaid": unpaid,
            "overdue": overdue,
            "open_runs": list(
                BillingRun.objects.visible_to(signed_in(request))
                .exclude(state="done")
                .order_by("-month")
            ),
            "anomalies": PaymentAttempt.objects.filter(state="anomaly").count(),
            "disputes": PaymentAttempt.objects.filter(state="disputed").count(),
            "here": "dashboard",
        },
    )


def filtered(request: HttpRequest) -> tuple[InvoiceFilterForm, Any]:
    """Return the filter form and the invoices it keeps, newest first."""
    rows: Any = Invoice.objects.visible_to(signed_in(request))
    months = rows.order_by("-month").values_list("month", flat=True).distinct()
    form = InvoiceFilterForm(request.GET, months=list(months[:36]))
    if form.is_valid():
        state = form.cleaned_data["state"]
        if state == "due":
            rows = rows.unpaid()
        elif state == "overdue":
            rows = rows.overdue()
        elif state == "settled":
            rows = rows.settled()
        if form.cleaned_data["month"]:
            rows = rows.filter(month=form.cleaned_data["month"])
        rows = search_invoices(rows, form.cleaned_data["q"])
    return form, rows.order_by("-issued_on", "-sequence")


@allow(*OFFICE)
def invoices(request: HttpRequest) -> HttpResponse:
    """List invoices with filters and search."""
    form, rows = filtered(request)
    page = page_of(request, rows)
    totals = rows.order_by().aggregate(billed=Sum("total_cents"), owed=Sum("balance_cents"))
    return render(
        request,
        "payments/office/invoices.html",
        {"form": form, "page": page, "totals": totals, "here": "invoices"},
    )


@allow(*OFFICE)
def invoice(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one invoice with everything that happened to it and what may be done."""
    found: Invoice = get_visible(
        Invoice.objects.select_related("payer__user"),
        signed_in(request),
        public_id=public_id,
    )
    attempts = PaymentAttempt.objects.filter(SETTLED, lines__invoice=found).distinct()
    return render(
        request,
        "payments/office/invoice.html",
        {
            "invoice": found,
            "children": by_child(found.lines.all()),
            "attempts": list(attempts.order_by("settled_at")),
            "desk_payments": found.desk_payments.order_by("received_at"),
            "credit_notes": found.credit_notes.order_by("sequence"),
            "entries": found.ledger_entries.order_by("at", "pk"),
            "reminders": found.reminders.order_by("level"),
            "credit": credit_of(found.payer),
            "here": "invoices",
        },
    )


@allow(*OFFICE)
def overdue(request: HttpRequest) -> HttpResponse:
    """List overdue invoices, oldest first; remind of those chosen, after a confirmation."""
    user = signed_in(request)
    rows = Invoice.objects.visible_to(user).overdue().select_related("payer")
    page = page_of(request, rows.order_by("due_on", "sequence"))
    chosen = request.POST.getlist("invoice")[:ROWS]
    today = clock.today()
    terms = terms_on(today) if page.object_list else None
    context: dict[str, Any] = {"page": page, "here": "overdue", "terms": terms}
    if request.method == "POST":
        picked = list(rows.filter(number__in=chosen).order_by("due_on", "sequence"))
        if not picked:
            messages.error(request, _("Cochez au moins une facture."))
            return redirect("payments:overdue")
        awaited, lately = by_last_reminder(picked, today)
        if "confirm" not in request.POST:
            context |= {"picked": awaited, "skipped": lately}
            return render(request, "payments/office/remind_confirm.html", context)
        sent = send_reminders(by=Actor.of(request), invoices=picked)
        if sent:
            said = ngettext("%(n)d rappel envoyé.", "%(n)d rappels envoyés.", sent) % {"n": sent}
            messages.success(request, said)
        else:
            messages.info(request, _("Ces familles ont déjà reçu un rappel récemment."))
        if sent and lately:
            messages.info(
                request,
                ngettext(
                    "%(n)d facture déjà rappelée récemment : rien de plus n’est parti.",
                    "%(n)d factures déjà rappelées récemment : rien de plus n’est parti.",
                    len(lately),
                )
                % {"n": len(lately)},
            )
        return redirect("payments:overdue")
    context["lately"] = by_last_reminder(page.object_list, today)[1] if terms else []
    return render(request, "payments/office/overdue.html", context)


@allow(*OFFICE)
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show the ledger beside the provider's books, and everything that awaits a look."""
    days = list(ReconciliationDay.objects.visible_to(signed_in(request)).order_by("-day")[:31])
    return render(
        request,
        "payments/office/reconciliation.html",
        {
            "days": days,
            "anomalies": PaymentAttempt.objects.filter(state="anomaly")
            .select_related("payer")
            .order_by("created_at"),
            "disputed": PaymentAttempt.objects.filter(state="disputed")
            .select_related("payer")
            .order_by("settled_at"),
            "waiting_refunds": Refund.objects.filter(state__in=["created", "pending"])
            .select_related("attempt__payer")
            .order_by("created_at"),
            "credits": list(
                LedgerEntry.objects.credit()
                .order_by()
                .values("payer", "payer__given_name", "payer__family_name")
                .annotate(cents=Sum("amount_cents"))
                .filter(cents__gt=0)
                .order_by("-cents", "payer")[:50]
            ),
            "differences": differences(20),
            "here": "reconciliation",
        },
    )
