"""Begin a card payment. The attempt is committed before the provider hears of it.

Order of locks, here and in ``settle``: attempt, then guardian, then invoices by id.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from families.models import Guardian
from payments.actions.ledger import lock_invoices
from payments.actions.settle import refresh
from payments.models import AttemptLine, Invoice, PaymentAttempt
from payments.provider import Provider, ProviderDown, ProviderRefused, get_provider

#: How long a payment page stays open; the provider asks for 30 minutes at least.
PAGE_OPEN = dt.timedelta(minutes=60)


def start_payment(
    *, by: Actor, payer: Guardian, invoices: Sequence[Invoice], provider_name: str = "stripe"
) -> PaymentAttempt:
    """Return an attempt whose page is open (``hosted_url``) for the balance of these invoices.

    The same invoices at the same amounts give back the page that is already open. Another
    page open for one of them is closed first; if it was paid meanwhile, that counts, and
    RuleBroken ``already_paid`` says so. Raises RuleBroken ``nothing_due``, ``too_small``,
    ``in_progress`` (a bank debit is on its way), ``provider_down`` (nothing is lost: trying
    again goes on where it stopped) or ``provider_refused``.
    """
    provider = get_provider(provider_name)
    wanted = sorted({invoice.pk for invoice in invoices})
    reused = _clear_the_way(provider, wanted)
    attempt = reused or _create(by, payer, wanted, provider)
    if attempt.session_id is None:
        attempt = _open(attempt, provider)
    return attempt


def _balances(wanted: Sequence[int]) -> dict[int, int]:
    return {
        pk: cents
        for pk, cents in Invoice.objects.filter(pk__in=wanted).values_list("pk", "balance_cents")
        if cents > 0
    }


def _clear_the_way(provider: Provider, wanted: Sequence[int]) -> PaymentAttempt | None:
    """Return the identical attempt whose page is open, having closed all others."""
    holding = PaymentAttempt.objects.filter(lines__invoice__in=wanted, lines__active=True)
    for attempt in holding.distinct().order_by("pk"):
        try:
            same = _reuse_or_close(provider, attempt, wanted)
        except ProviderDown as error:
            raise _down() from error
        if same is not None:
            return same
    return None


def _reuse_or_close(
    provider: Provider, attempt: PaymentAttempt, wanted: Sequence[int]
) -> PaymentAttempt | None:
    """Return the attempt if it is open for exactly these balances; else close its page.

    Closing may lose the race against the payer, so the payment is read again afterwards.
    """
    lines = {line.invoice_id: line.cents for line in attempt.lines.all()}
    fresh = attempt.expires_at > clock.now() + dt.timedelta(minutes=2)
    same = fresh and lines == _balances(wanted)
    if attempt.session_id is None:
        if same:
            return attempt
        try:
            attempt = _open(attempt, provider)
        except RuleBroken as broken:
            if broken.code == "provider_refused":
                return None
            raise
    attempt = refresh(attempt, by=journal.SYSTEM)
    if attempt.state == PaymentAttempt.State.OPEN:
        if same:
            return attempt
        provider.cancel(attempt)
        attempt = refresh(attempt, by=journal.SYSTEM)
    if attempt.state == PaymentAttempt.State.PROCESSING:
        raise _in_progress()
    if attempt.has_settled and not _balances(wanted):
        raise RuleBroken("already_paid", _("Cette facture vient d’être payée. Merci !"))
    return None


def _in_progress() -> RuleBroken:
    return RuleBroken(
        "in_progress",
        _(
            "Un paiement de cette facture est en cours de traitement par votre banque. "
            "Attendez sa réponse avant de payer à nouveau."
        ),
    )


def _down() -> RuleBroken:
    return RuleBroken(
        "provider_down",
        _(
            "Le service de paiement ne répond pas pour le moment. Rien n’a été débité. "
            "Réessayez dans quelques minutes : votre facture vous attend ici."
        ),
    )


def _all_of(payer: Guardian, invoices: Sequence[Invoice]) -> bool:
    keys = [invoice.pk for invoice in invoices]
    return Invoice.objects.of_payer(payer).filter(pk__in=keys).count() == len(keys)


def _create(
    by: Actor, payer: Guardian, wanted: Sequence[int], provider: Provider
) -> PaymentAttempt:
    try:
        with transaction.atomic():
            locked = lock_invoices(wanted)
            due = [invoice for invoice in locked.values() if invoice.balance_cents > 0]
            if not _all_of(payer, due):
                raise RuleBroken("not_yours", _("Cette facture ne vous est pas adressée."))
            if not due:
                raise RuleBroken("nothing_due", _("Il n’y a rien à payer."))
            total = sum(invoice.balance_cents for invoice in due)
            _check_amount(total, provider)
            expires = clock.now() + PAGE_OPEN
            public_id = uuid.uuid4()
            attempt = PaymentAttempt.objects.create(
                public_id=public_id,
                payer=payer,
                provider=provider.name,
                amount_cents=total,
                request=_request(public_id, payer, due, expires),
                expires_at=expires,
                created_by=by.user,
            )
            AttemptLine.objects.bulk_create(
                AttemptLine(attempt=attempt, invoice=invoice, cents=invoice.balance_cents)
                for invoice in due
            )
            journal.record(by, "payment.start", attempt, cents=total)
    except IntegrityError as error:
        # Another tab was faster by a moment: its page is open, or about to be.
        raise RuleBroken(
            "in_progress",
            _("Un paiement de cette facture vient d’être ouvert ailleurs. Réessayez."),
        ) from error
    return attempt


def _check_amount(total: int, provider: Provider) -> None:
    limits = provider.capabilities
    if total < limits.minimum_cents:
        raise RuleBroken(
            "too_small",
            _(
                "Ce montant est trop petit pour un paiement par carte (0,50 € au moins). "
                "Payez-le avec une prochaine facture, ou à la régie."
            ),
        )
    if total > limits.maximum_cents:
        raise RuleBroken("too_big", _("Ce montant est trop grand pour un paiement par carte."))


def _request(
    public_id: uuid.UUID, payer: Guardian, due: Sequence[Invoice], expires: dt.datetime
) -> dict[str, object]:
    """Freeze what the provider will be asked: no child, no meal, only invoice numbers."""
    back = settings.PUBLIC_URL + reverse("payments:return", args=[public_id])
    language = payer.language if payer.language in {"fr", "en"} else "fr"
    metadata = {"attempt": str(public_id)}
    request: dict[str, object] = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "locale": language,
        "allowed_payment_method_types": ["card", "sepa_debit"],
        "client_reference_id": str(public_id),
        "success_url": back,
        "cancel_url": back + "?annule=1",
        "expires_at": int(expires.timestamp()),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "eur",
                    "unit_amount": invoice.balance_cents,
                    "product_data": {"name": f"Facture {invoice.number}"},
                },
            }
            for invoice in due
        ],
        "metadata": metadata,
        "payment_intent_data": {
            "metadata": metadata,
            "description": ", ".join(invoice.number for invoice in due)[:500],
        },
    }
    email = payer.email or (payer.user.email if payer.user else "")
    if email:
        request["customer_email"] = email
    return request


def _open(attempt: PaymentAttempt, provider: Provider) -> PaymentAttempt:
    """Ask the provider for the page, holding no lock; the same key gives the same page."""
    try:
        started = provider.start(attempt)
    except ProviderDown as error:
        raise _down() from error
    except ProviderRefused as error:
        _give_up(attempt, str(error))
        raise RuleBroken(
            "provider_refused",
            _("Le service de paiement a refusé la demande. Rien n’a été débité. Réessayez."),
        ) from error
    with transaction.atomic():
        locked: PaymentAttempt = PaymentAttempt.objects.select_for_update(no_key=True).get(
            pk=attempt.pk
        )
        if locked.session_id is None:
            locked.session_id = started.session_id
            locked.hosted_url = started.url
            if locked.state == PaymentAttempt.State.CREATED:
                locked.state = PaymentAttempt.State.OPEN
            locked.save(update_fields=["session_id", "hosted_url", "state"])
    return locked


def _give_up(attempt: PaymentAttempt, problem: str) -> None:
    with transaction.atomic():
        locked = PaymentAttempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
        if locked.state == PaymentAttempt.State.CREATED:
            locked.state = PaymentAttempt.State.FAILED
            locked.problem = problem[:200]
            locked.save(update_fields=["state", "problem"])
            locked.lines.update(active=False)


def resend(attempt: PaymentAttempt) -> PaymentAttempt:
    """Take up an attempt whose creation got no answer: same key, so at most one page.

    Raises RuleBroken ``provider_down`` or ``provider_refused``.
    """
    return _open(attempt, get_provider(attempt.provider))
