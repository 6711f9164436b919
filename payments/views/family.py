"""A payer's own bills: the list, one bill, its papers."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.access import allow, get_visible, signed_in
from core.accounts.roles import Role
from core.journal import Actor
from core.paging import page_of
from core.pdf import pdf_response
from payments import papers
from payments.actions.ledger import credit_of, free_credit_of, use_credit
from payments.models import CreditNote, DeskPayment, Invoice, PaymentAttempt
from payments.provider import get_provider
from payments.queries import by_child, payer_of

PAYERS = (Role.GUARDIAN,)
READERS = (Role.GUARDIAN, Role.REVENUE_OFFICER)


@allow(*PAYERS)
def home(request: HttpRequest) -> HttpResponse:
    """Show what is to pay, on top and big, then everything that was."""
    payer = payer_of(signed_in(request))
    mine = Invoice.objects.of_payer(payer) if payer else Invoice.objects.none()
    due = list(mine.unpaid().order_by("due_on", "sequence"))
    total = sum(invoice.balance_cents for invoice in due)
    limits = get_provider().capabilities
    waiting = PaymentAttempt.objects.of_payer(payer).filter(state="processing") if payer else []
    return render(
        request,
        "payments/home.html",
        {
            "due": due,
            "total": total,
            "late": [invoice for invoice in due if invoice.is_overdue],
            "settled": page_of(request, mine.settled().order_by("-issued_on", "-sequence")),
            "credit": credit_of(payer) if payer else 0,
            "payable": total >= limits.minimum_cents,
            "waiting": list(waiting),
        },
    )


@allow(*PAYERS)
def invoice(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one bill: what, for whom, when, at which price, and what was paid."""
    user = signed_in(request)
    found: Invoice = get_visible(
        Invoice.objects.of_person(user).select_related("payer"),
        user,
        public_id=public_id,
    )
    attempts = PaymentAttempt.objects.filter(lines__invoice=found, settled_at__isnull=False)
    limits = get_provider().capabilities
    return render(
        request,
        "payments/invoice.html",
        {
            "invoice": found,
            "children": by_child(found.lines.all()),
            "attempts": attempts.order_by("settled_at"),
            "desk_payments": found.desk_payments.order_by("received_at"),
            "credit_notes": found.credit_notes.order_by("sequence"),
            "credit": free_credit_of(found.payer) if found.balance_cents else 0,
            "payable": found.balance_cents >= limits.minimum_cents,
            "waiting": PaymentAttempt.objects.filter(
                lines__invoice=found, state="processing"
            ).exists(),
            "nonce": uuid.uuid4(),
        },
    )


@allow(*PAYERS)
def spend_credit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Use the family's credit for a bill."""
    from django.contrib import messages

    user = signed_in(request)
    found: Invoice = get_visible(Invoice.objects.of_person(user), user, public_id=public_id)
    if request.method == "POST":
        try:
            key = str(uuid.UUID(request.POST.get("key", "")))
        except ValueError as error:
            raise Http404 from error
        used = use_credit(found, key=key, by=Actor.of(request))
        if used:
            messages.success(request, _("Votre crédit a été utilisé pour cette facture."))
    return redirect("payments:invoice", found.public_id)


@allow(*READERS)
def invoice_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Return a bill as PDF."""
    found: Invoice = get_visible(Invoice.objects, signed_in(request), public_id=public_id)
    data = papers.invoice_pdf(found, reader=signed_in(request))
    return pdf_response(data, f"facture-{found.number}.pdf")


@allow(*READERS)
def credit_note_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Return a credit note as PDF."""
    note: CreditNote = get_visible(
        CreditNote.objects.select_related("invoice"), signed_in(request), public_id=public_id
    )
    data = papers.credit_note_pdf(note, reader=signed_in(request))
    return pdf_response(data, f"avoir-{note.number}.pdf")


@allow(*READERS)
def desk_receipt_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Return the receipt of a payment made at a desk."""
    payment: DeskPayment = get_visible(
        DeskPayment.objects.select_related("invoice"), signed_in(request), public_id=public_id
    )
    data = papers.desk_receipt_pdf(payment, reader=signed_in(request))
    return pdf_response(data, f"recu-{payment.receipt_number}.pdf")


@allow(*READERS)
def card_receipt_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Return the receipt of a card payment."""
    attempt: PaymentAttempt = get_visible(
        PaymentAttempt.objects, signed_in(request), public_id=public_id
    )
    if not attempt.receipt_number:
        raise Http404
    data = papers.card_receipt_pdf(attempt, reader=signed_in(request))
    return pdf_response(data, f"recu-{attempt.receipt_number}.pdf")
