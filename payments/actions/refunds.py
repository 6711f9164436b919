"""Give money back through the provider. Reserved first, asked for after, recorded once."""

from __future__ import annotations

import contextlib
import uuid

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core import journal
from core.errors import RuleBroken
from core.journal import SYSTEM, Actor
from families.models import Guardian
from payments.actions.settle import allocate, refresh
from payments.models import PaymentAttempt, Refund
from payments.provider import ProviderDown, ProviderRefused, get_provider


def refund_payment(
    *, by: Actor, attempt: PaymentAttempt, cents: int, reason: str, key: uuid.UUID
) -> Refund:
    """Refund part or all of a card payment, never more than is left of it.

    ``key`` comes from the form and names the row: sending it twice refunds once. The amount
    is reserved in the attempt under its lock before the provider is called without any. Raises
    RuleBroken ``amount``, ``state``, ``provider_down`` (kept: it will be sent again by the
    reconciliation) or ``provider_refused`` (the reservation is given back).
    """
    refund = _reserve(by, attempt, cents, reason, key)
    if refund.state != Refund.State.CREATED:
        return refund
    return send(refund)


def _reserve(by: Actor, attempt: PaymentAttempt, cents: int, reason: str, key: uuid.UUID) -> Refund:
    with transaction.atomic():
        locked = PaymentAttempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
        known: Refund | None = Refund.objects.filter(public_id=key).first()
        if known is not None:
            if known.attempt_id != locked.pk or known.amount_cents != cents:
                raise RuleBroken("key", _("Ce remboursement a déjà été demandé autrement."))
            return known
        holder = locked.payer.merged_into_id or locked.payer_id
        Guardian.objects.select_for_update(no_key=True).get(pk=holder)
        _check(locked, cents, reason)
        refund = Refund.objects.create(
            public_id=key,
            attempt=locked,
            amount_cents=cents,
            reason=reason.strip(),
            created_by=by.user,
        )
        allocate(refund)
        locked.refunded_cents += cents
        locked.save(update_fields=["refunded_cents"])
        journal.record(by, "refund.request", refund, cents=cents)
    return refund


def _check(attempt: PaymentAttempt, cents: int, reason: str) -> None:
    if not get_provider(attempt.provider).capabilities.refunds:
        raise RuleBroken("provider", _("Ce moyen de paiement ne permet pas de rembourser."))
    if attempt.refundable_cents <= 0:
        raise RuleBroken("state", _("Il n’y a plus rien à rembourser sur ce paiement."))
    if not 0 < cents <= attempt.refundable_cents:
        raise RuleBroken(
            "amount", _("Le montant dépasse ce qui reste à rembourser."), field="amount"
        )
    if not reason.strip():
        raise RuleBroken("reason", _("Indiquez le motif du remboursement."), field="reason")


def send(refund: Refund) -> Refund:
    """Ask the provider for a reserved refund, under the row's own key: safe to repeat."""
    provider = get_provider(refund.attempt.provider)
    try:
        fact = provider.refund(refund)
    except ProviderDown as error:
        raise RuleBroken(
            "provider_down",
            _(
                "Le service de paiement ne répond pas. La demande est enregistrée et sera "
                "envoyée à nouveau dans quelques minutes : ne la refaites pas."
            ),
        ) from error
    except ProviderRefused as error:
        _release(refund, str(error))
        raise RuleBroken(
            "provider_refused", _("Le service de paiement a refusé ce remboursement.")
        ) from error
    with transaction.atomic():
        row = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
        if row.provider_id is None:
            row.provider_id = fact.object_id
            row.save(update_fields=["provider_id"])
    with contextlib.suppress(ProviderDown, ProviderRefused):
        # If this reading fails, the notification or the reconciliation makes another.
        refresh(refund.attempt, by=SYSTEM)
    refund.refresh_from_db()
    return refund


def _release(refund: Refund, problem: str) -> None:
    """Give the reservation back after a refusal."""
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update(no_key=True).get(pk=refund.attempt_id)
        row = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
        if row.state != Refund.State.CREATED:
            return
        row.state, row.problem = Refund.State.FAILED, problem[:200]
        row.save(update_fields=["state", "problem"])
        kept = attempt.refunds.exclude(state=Refund.State.FAILED).aggregate(n=Sum("amount_cents"))
        attempt.refunded_cents = int(kept["n"] or 0)
        attempt.save(update_fields=["refunded_cents"])
