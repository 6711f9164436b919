"""Apply what the provider says: the one way an attempt moves, whoever asked.

Webhook, return page and reconciliation all read the payment at the provider, then call
``apply``, which locks the attempt and lets its state only rise (``rules.settlement``). So two
notifications at once, one twice, or one late, end in the same place.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core import clock, journal, outbox
from core.accounts.models import Post, PostQuerySet, User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.journal import Actor
from core.money import format_euros
from families.models import Guardian
from families.telling import tell
from payments.actions import numbers
from payments.actions.ledger import Movement, free_credit_of, post_in, post_out
from payments.models import LedgerEntry, PaymentAttempt, Refund, RefundLine
from payments.provider import get_provider
from payments.rules import settlement
from payments.rules.numbers import number
from payments.rules.settlement import DisputeFact, Expected, RefundFact, Share, Snapshot


def refresh(attempt: PaymentAttempt, *, by: Actor) -> PaymentAttempt:
    """Read a payment at its provider and apply it. Raises ProviderDown or ProviderRefused."""
    if attempt.session_id is None:
        return attempt
    snapshot = get_provider(attempt.provider).fetch(attempt)
    return apply(attempt, snapshot, by=by)


def apply(attempt: PaymentAttempt, snapshot: Snapshot, *, by: Actor) -> PaymentAttempt:
    """Let one reading of the payment have its effect, once; returns the attempt as it stands."""
    with transaction.atomic():
        locked: PaymentAttempt = (
            PaymentAttempt.objects.select_for_update(of=("self",), no_key=True)
            .select_related("payer__user")
            .get(pk=attempt.pk)
        )
        before = locked.state
        locked.checked_at = clock.now()
        if snapshot.payment_id and not locked.payment_id:
            locked.payment_id = snapshot.payment_id
        if not locked.has_settled:
            _rise(locked, snapshot)
        if locked.has_settled:
            _aftermath(locked, snapshot)
        if locked.state != before:
            if locked.state not in PaymentAttempt.MOVES[before]:
                raise RuntimeError(f"attempt {locked.pk}: {before} never becomes {locked.state}")
            journal.record(by, f"payment.{locked.state}", locked, before=before)
        locked.save()
    return locked


def _rise(attempt: PaymentAttempt, snapshot: Snapshot) -> None:
    """Before money is in: rise, and settle if everything matches."""
    expected = Expected(
        str(attempt.public_id),
        attempt.amount_cents,
        attempt.currency,
        get_provider(attempt.provider).livemode,
    )
    shown: str = snapshot.status
    if shown == "paid":
        wrong = settlement.mismatch(expected, snapshot)
        if wrong:
            shown = "anomaly"
            if attempt.state != "anomaly":
                attempt.problem = wrong
                _alert(attempt)
    attempt.state = settlement.risen(attempt.state, shown)
    if attempt.state == PaymentAttempt.State.PAID:
        _settle(attempt)
    elif attempt.state in {"expired", "failed"}:
        attempt.lines.update(active=False)


def _settle(attempt: PaymentAttempt) -> None:
    lines = list(attempt.lines.select_related("invoice"))
    post_in(
        _movement(attempt, LedgerEntry.Kind.PAYMENT, attempt.object_id),
        [Share(line.invoice_id, line.cents) for line in lines],
    )
    attempt.lines.update(active=False)
    attempt.settled_at = clock.now()
    attempt.problem = ""
    year = clock.today().year
    (sequence,) = numbers.take("receipt", year)
    attempt.receipt_number = number("receipt", year, sequence)
    _write_to(
        attempt.payer,
        "payment_received",
        f"receipt:{attempt.public_id}",
        amount=format_euros(attempt.amount_cents),
        receipt=attempt.receipt_number,
        numbers=", ".join(line.invoice.number for line in lines),
        path=f"/factures/paiements/{attempt.public_id}/",
    )


def _movement(attempt: PaymentAttempt, kind: str, object_id: str) -> Movement:
    return Movement(attempt.payer, kind, "card", attempt.provider, object_id)


def _write_to(payer: Guardian, kind: str, dedupe: str, **context: object) -> None:
    tell(payer, kind, dedupe_key=dedupe, context=context)


def _alert(attempt: PaymentAttempt) -> None:
    """Tell the revenue office that money came which nobody may settle unseen."""
    officers = User.objects.filter(
        posts__in=_current_officer_posts(), is_active=True, email__isnull=False
    ).distinct()
    for officer in officers.order_by("pk"):
        outbox.queue(
            kind="payment_anomaly",
            to=officer,
            context={"path": "/factures/regie/rapprochement/"},
            dedupe_key=f"anomaly:{attempt.public_id}:{officer.pk}",
        )


def _current_officer_posts() -> PostQuerySet:
    return Post.objects.current().filter(role=Role.REVENUE_OFFICER)


def _aftermath(attempt: PaymentAttempt, snapshot: Snapshot) -> None:
    """After money is in: refunds and disputes, then the state that follows from them."""
    for fact in snapshot.refunds:
        _apply_refund(attempt, fact)
    for dispute in snapshot.disputes:
        _apply_dispute(attempt, dispute)
    back = attempt.refunds.exclude(state=Refund.State.FAILED).aggregate(n=Sum("amount_cents"))
    attempt.refunded_cents = min(int(back["n"] or 0), attempt.amount_cents)
    done = attempt.refunds.filter(state__in=["pending", "succeeded"]).aggregate(
        n=Sum("amount_cents")
    )
    attempt.state = settlement.settled_state(
        attempt.amount_cents, int(done["n"] or 0), attempt.disputes.values()
    )


def _apply_refund(attempt: PaymentAttempt, fact: RefundFact) -> None:
    refund = attempt.refunds.filter(provider_id=fact.object_id).first()
    if refund is None and fact.reference:
        refund = attempt.refunds.filter(public_id=fact.reference).first()
    if refund is None:
        refund = _made_elsewhere(attempt, fact)
    state = settlement.refund_risen(refund.state, fact.status)
    out = _movement(attempt, LedgerEntry.Kind.REFUND, fact.object_id)
    if state in {"pending", "succeeded"} or (state == "failed" and refund.provider_id):
        post_out(out, _shares(refund))
    if state == "failed" and LedgerEntry.objects.filter(
        provider=out.provider, object_id=out.object_id, kind=out.kind
    ):
        post_in(_movement(attempt, LedgerEntry.Kind.REFUND_FAILED, fact.object_id), _shares(refund))
    if state != refund.state or refund.provider_id is None:
        refund.state = state
        refund.provider_id = fact.object_id
        refund.save(update_fields=["state", "provider_id"])
        if state == "succeeded":
            _write_to(
                attempt.payer,
                "refund_made",
                f"refund:{refund.public_id}",
                amount=format_euros(refund.amount_cents),
                path=f"/factures/paiements/{attempt.public_id}/",
            )


def _shares(refund: Refund) -> list[Share]:
    return [Share(line.invoice_id, line.cents) for line in refund.lines.all()]


def _made_elsewhere(attempt: PaymentAttempt, fact: RefundFact) -> Refund:
    """A refund made on the provider's own pages gets its row here, allocated like ours."""
    refund = Refund.objects.create(
        attempt=attempt,
        amount_cents=fact.cents,
        reason=_("Remboursement fait chez le prestataire de paiement"),
        provider_id=fact.object_id,
    )
    allocate(refund)
    return refund


def allocate(refund: Refund) -> list[RefundLine]:
    """Say where a refund comes from: the family's credit, then the invoices it had paid."""
    attempt = refund.attempt
    given_back: dict[int, int] = dict(
        RefundLine.objects.filter(refund__attempt=attempt, invoice__isnull=False)
        .exclude(refund__state=Refund.State.FAILED)
        .values_list("invoice_id")
        .annotate(n=Sum("cents"))
    )
    paid = LedgerEntry.objects.filter(
        provider=attempt.provider,
        object_id=attempt.object_id,
        kind=LedgerEntry.Kind.PAYMENT,
        invoice__isnull=False,
    ).order_by("pk")
    lines = [
        Share(entry.invoice_id, entry.amount_cents - given_back.get(entry.invoice_id or 0, 0))
        for entry in paid
    ]
    parts = settlement.take_back(refund.amount_cents, free_credit_of(attempt.payer), lines)
    return RefundLine.objects.bulk_create(
        RefundLine(refund=refund, invoice_id=part.invoice_id, cents=part.cents) for part in parts
    )


def _apply_dispute(attempt: PaymentAttempt, fact: DisputeFact) -> None:
    """A contested payment leaves our account at once, and comes back if the bank says so."""
    status = settlement.dispute_risen(attempt.disputes.get(fact.object_id, "open"), fact.status)
    attempt.disputes = {**attempt.disputes, fact.object_id: status}
    paid = LedgerEntry.objects.filter(
        provider=attempt.provider,
        object_id=attempt.object_id,
        kind=LedgerEntry.Kind.PAYMENT,
    ).order_by("pk")
    shares, left = [], fact.cents
    for entry in paid:
        taken = min(left, entry.amount_cents)
        if taken:
            shares.append(Share(entry.invoice_id, taken))
            left -= taken
    post_out(_movement(attempt, LedgerEntry.Kind.DISPUTE, fact.object_id), shares)
    if status == "won":
        post_in(_movement(attempt, LedgerEntry.Kind.DISPUTE_WON, fact.object_id), shares)


def accept_anomaly(attempt: PaymentAttempt, *, by: Actor, cents: int) -> PaymentAttempt:
    """Settle by hand money that came otherwise than asked: it becomes the family's credit.

    Raises RuleBroken ``state`` when the attempt is not an anomaly.
    """
    with transaction.atomic():
        locked: PaymentAttempt = PaymentAttempt.objects.select_for_update(no_key=True).get(
            pk=attempt.pk
        )
        if locked.state != PaymentAttempt.State.ANOMALY:
            raise RuleBroken("state", _("Ce paiement a déjà été traité."))
        post_in(
            _movement(locked, LedgerEntry.Kind.PAYMENT, locked.object_id),
            [Share(None, cents)],
        )
        locked.lines.update(active=False)
        locked.state = PaymentAttempt.State.PAID
        locked.settled_at = clock.now()
        locked.save()
        journal.record(by, "payment.accept_anomaly", locked, cents=cents)
    return locked
