"""Process what the provider notifies. The notification is a bell, never a source of facts."""

from __future__ import annotations

import contextlib

from django.core.exceptions import ValidationError
from django.db import transaction

from core import clock
from core.journal import Actor
from payments.actions.cards import resend
from payments.actions.settle import apply
from payments.models import PaymentAttempt, ProviderEvent
from payments.provider import Notification, Provider, ProviderRefused

#: Acts that come from the provider.
BY_PROVIDER = Actor(user=None, via="stripe")


def process(provider: Provider, note: Notification) -> bool:
    """Store a notification once and apply the payment it speaks of; False: known already.

    The payment is read at the provider without lock or transaction; then event and payment
    are written together. Whatever fails leaves the event unprocessed with its error, and the
    exception goes on: the provider sends again, and the hourly catch-up looks too.
    """
    event, _created = ProviderEvent.objects.get_or_create(
        provider=provider.name,
        event_id=note.event_id,
        defaults={"kind": note.kind, "payload": note.payload},
    )
    if event.processed_at is not None:
        return False
    try:
        return _apply(provider, note, event)
    except Exception as error:
        ProviderEvent.objects.filter(pk=event.pk, processed_at=None).update(
            error=type(error).__name__[:200]
        )
        raise


def _apply(provider: Provider, note: Notification, event: ProviderEvent) -> bool:
    attempt, snapshot, remark = _find(provider.name, note), None, ""
    if note.livemode != provider.livemode:
        attempt, remark = None, "livemode"
    if attempt is not None:
        attempt = _with_session(attempt)
        try:
            snapshot = provider.fetch(attempt) if attempt.session_id else None
        except ProviderRefused:
            remark = "refused"
    elif not remark:
        remark = "unknown"
    with transaction.atomic():
        if attempt is not None and snapshot is not None:
            apply(attempt, snapshot, by=BY_PROVIDER)
        locked = ProviderEvent.objects.select_for_update().get(pk=event.pk)
        fresh = locked.processed_at is None
        if fresh:
            locked.processed_at, locked.error = clock.now(), remark
            locked.save(update_fields=["processed_at", "error"])
    return fresh


def _find(provider: str, note: Notification) -> PaymentAttempt | None:
    """Find by our own reference first: the event may overtake the answer with its ids."""
    attempts = PaymentAttempt.objects.filter(provider=provider)
    found: PaymentAttempt | None = None
    if note.reference:
        with contextlib.suppress(ValidationError):  # a reference that is not one of ours
            found = attempts.filter(public_id=note.reference).first()
    if found is None and note.payment_id:
        found = attempts.filter(payment_id=note.payment_id).first()
    return found


def _with_session(attempt: PaymentAttempt) -> PaymentAttempt:
    """An attempt whose creation got no answer learns its session by asking again."""
    if attempt.session_id is None:
        return resend(attempt)
    return attempt
