"""What the revenue officer does to one invoice: cash, refund, correction; each confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.money import format_euros
from core.spreadsheets import Column, write_xlsx, xlsx_response
from payments.actions.corrections import creditable, issue_credit_note
from payments.actions.desk import record_desk_payment
from payments.actions.refunds import refund_payment
from payments.actions.settle import accept_anomaly
from payments.forms import CreditNoteForm, DeskPaymentForm, RefundForm
from payments.models import DeskPayment, Invoice, LedgerEntry, PaymentAttempt
from payments.views.office import filtered

OFFICE = (Role.REVENUE_OFFICER,)
#: Rows of one export; beyond it, filter first.
MOST_ROWS = 100_000


def _invoice(request: HttpRequest, public_id: uuid.UUID) -> Invoice:
    found: Invoice = get_visible(
        Invoice.objects.select_related("payer"), signed_in(request), public_id=public_id
    )
    return found


def _two_steps(
    request: HttpRequest, form: Form, act: Callable[[], Any], context: dict[str, Any]
) -> bool:
    """Run ``act`` once the form is right and confirmed; False: show the page."""
    context["confirming"] = False
    if request.method != "POST" or not form.is_valid():
        return False
    if "confirm" not in request.POST:
        context["confirming"] = "edit" not in request.POST
        context["hidden"] = [
            (name, value)
            for name, value in request.POST.items()
            if name not in {"csrfmiddlewaretoken", "confirm", "edit"}
        ]
        return False
    try:
        act()
    except RuleBroken as broken:
        show_broken(form, broken)
        return False
    return True


@allow(*OFFICE)
def desk(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Record cash or a cheque for an invoice."""
    invoice = _invoice(request, public_id)
    form = DeskPaymentForm(request.POST or None, initial={"amount": invoice.balance_cents})
    context: dict[str, Any] = {"invoice": invoice, "form": form, "here": "invoices", "hidden": []}

    def act() -> None:
        values = form.cleaned_data
        record_desk_payment(
            by=Actor.of(request),
            invoice=invoice,
            method=values["method"],
            cents=values["amount"],
            reference=values["reference"],
            key=values["key"],
        )

    if _two_steps(request, form, act, context):
        messages.success(request, _("Le paiement est enregistré, le reçu est prêt."))
        return redirect("payments:office_invoice", invoice.public_id)
    context["said"] = _said(form, _("Encaisser %(amount)s pour la facture %(number)s ?"), invoice)
    context["title"] = _("Encaisser à la régie")
    context["action"] = _("Enregistrer le paiement")
    return render(request, "payments/office/act.html", context)


def _said(form: Form, sentence: str, invoice: Invoice) -> str:
    cents = getattr(form, "cleaned_data", {}).get("amount") or 0
    return sentence % {"amount": format_euros(cents), "number": invoice.number}


@allow(*OFFICE)
def refund(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a card payment back, in full or in part."""
    attempt: PaymentAttempt = get_visible(
        PaymentAttempt.objects.select_related("payer"), signed_in(request), public_id=public_id
    )
    line = attempt.lines.select_related("invoice").order_by("pk").first()
    if line is None:
        return redirect("payments:reconciliation")
    form = RefundForm(request.POST or None, initial={"amount": attempt.refundable_cents})
    context: dict[str, Any] = {
        "invoice": line.invoice,
        "form": form,
        "here": "invoices",
        "hidden": [],
    }

    def act() -> None:
        values = form.cleaned_data
        refund_payment(
            by=Actor.of(request),
            attempt=attempt,
            cents=values["amount"],
            reason=values["reason"],
            key=values["key"],
        )

    if _two_steps(request, form, act, context):
        messages.success(request, _("Le remboursement est demandé à la banque."))
        return redirect("payments:office_invoice", line.invoice.public_id)
    context["said"] = _said(
        form,
        _("Rembourser %(amount)s sur le paiement de la facture %(number)s ?"),
        line.invoice,
    )
    context["note"] = _(
        "La somme est prise d’abord sur le crédit de la famille (avoirs, trop-perçu). Le reste "
        "sera de nouveau dû sur la facture : si la prestation n’est pas due, établissez d’abord "
        "un avoir."
    )
    context["title"] = _("Rembourser un paiement en ligne")
    context["action"] = _("Rembourser")
    return render(request, "payments/office/act.html", context)


@allow(*OFFICE)
def credit_note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct an invoice with a credit note."""
    invoice = _invoice(request, public_id)
    lines = {line.pk: line for line in invoice.lines.order_by("position")}
    labels = {pk: f"{line.label} · {line.child_name}" for pk, line in lines.items()}
    left = creditable(invoice)
    form = CreditNoteForm(request.POST or None, left={pk: left[pk] for pk in lines}, labels=labels)
    context: dict[str, Any] = {"invoice": invoice, "form": form, "here": "invoices", "hidden": []}

    def act() -> None:
        issue_credit_note(
            by=Actor.of(request),
            invoice=invoice,
            quantities=form.quantities,
            reason=form.cleaned_data["reason"],
        )

    if _two_steps(request, form, act, context):
        messages.success(request, _("L’avoir est établi et la famille prévenue."))
        return redirect("payments:office_invoice", invoice.public_id)
    if context["confirming"]:
        cents = sum(lines[pk].unit_price_cents * n for pk, n in form.quantities.items())
        context["said"] = _("Retirer %(amount)s de la facture %(number)s ?") % {
            "amount": format_euros(cents),
            "number": invoice.number,
        }
    context["title"] = _("Corriger la facture par un avoir")
    context["action"] = _("Établir l’avoir")
    return render(request, "payments/office/act.html", context)


@allow(*OFFICE)
def accept(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the money of an anomaly to the family's credit."""
    attempt: PaymentAttempt = get_visible(
        PaymentAttempt.objects, signed_in(request), public_id=public_id
    )
    if request.method == "POST":
        accept_anomaly(attempt, by=Actor.of(request), cents=attempt.amount_cents)
        messages.success(request, _("La somme est au crédit de la famille."))
    return redirect("payments:reconciliation")


@allow(*OFFICE)
def export_invoices(request: HttpRequest) -> HttpResponse:
    """Return the invoices of the list, filters included, as XLSX."""
    _form, rows = filtered(request)
    columns = [
        Column(_("Numéro")),
        Column(_("Payeur"), width=28),
        Column(_("Mois"), "date"),
        Column(_("Émise le"), "date"),
        Column(_("Échéance"), "date"),
        Column(_("Montant"), "money"),
        Column(_("Réglé"), "money"),
        Column(_("Reste dû"), "money"),
        Column(_("Rappels"), "integer"),
    ]
    values = (
        (
            row.number,
            row.payer_name,
            row.month,
            row.issued_on,
            row.due_on,
            row.total_cents,
            row.settled_cents,
            row.balance_cents,
            row.reminders_sent,
        )
        for row in rows[:MOST_ROWS].iterator(chunk_size=2000)
    )
    return xlsx_response(write_xlsx(_("Factures"), columns, values), _name("factures"))


@allow(*OFFICE)
def export_ledger(request: HttpRequest) -> HttpResponse:
    """Return the ledger, newest first, as XLSX."""
    rows = (
        LedgerEntry.objects.visible_to(signed_in(request))
        .select_related("invoice", "payer")
        .order_by("-at", "-pk")
    )
    columns = [
        Column(_("Date"), "datetime"),
        Column(_("Mouvement"), width=28),
        Column(_("Moyen"), width=24),
        Column(_("Payeur"), width=28),
        Column(_("Facture")),
        Column(_("Montant"), "money"),
        Column(_("Référence"), width=40),
    ]
    methods = {
        "card": _("Paiement en ligne"),
        "credit": _("Crédit de la famille"),
        "credit_note": _("Avoir"),
        **dict(DeskPayment.Method.choices),
    }
    values = (
        (
            row.at,
            row.get_kind_display(),
            methods.get(row.method, row.method),
            row.payer.full_name,
            row.invoice.number if row.invoice else "",
            row.amount_cents,
            row.object_id,
        )
        for row in rows[:MOST_ROWS].iterator(chunk_size=2000)
    )
    return xlsx_response(write_xlsx(_("Grand livre"), columns, values), _name("grand-livre"))


def _name(what: str) -> str:
    return f"{what}-{clock.today():%Y-%m-%d}.xlsx"
