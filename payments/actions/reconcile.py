"""Find what got lost between the provider and us, without waiting for anybody to complain."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict

from core import clock
from core.errors import RuleBroken
from core.journal import SYSTEM
from payments.actions import events
from payments.actions.cards import resend
from payments.actions.refunds import send
from payments.actions.settle import refresh
from payments.models import (
    LedgerEntry,
    PaymentAttempt,
    ProviderEvent,
    ReconciliationDay,
    Refund,
)
from payments.provider import ProviderDown, ProviderRefused, get_provider

logger = logging.getLogger(__name__)

#: A pending attempt older than this is asked about.
STALE = dt.timedelta(minutes=10)
#: How far back the hourly list of events looks: overlap costs nothing, a gap does.
OVERLAP = dt.timedelta(hours=26)
#: What the provider calls movements we keep in the ledger.
_KINDS = ("charge", "payment", "refund", "payment_refund", "refund_failure", "adjustment")


def check_attempts(older_than: dt.timedelta = STALE, limit: int = 500) -> int:
    """Read stale pending attempts again, sending those without an answer under their own key.

    Returns how many moved. One that fails is left for the next round.
    """
    before = clock.now() - older_than
    stale = PaymentAttempt.objects.pending().filter(created_at__lt=before)
    moved = 0
    for attempt in stale.order_by("created_at")[:limit]:
        try:
            current = resend(attempt) if attempt.session_id is None else attempt
            moved += refresh(current, by=SYSTEM).state != attempt.state
        except (RuleBroken, ProviderDown, ProviderRefused) as error:
            logger.warning("attempt %s not read: %s", attempt.pk, type(error).__name__)
    return moved


def check_refunds(older_than: dt.timedelta = STALE, limit: int = 200) -> int:
    """Send refunds again that got no answer; their key makes the second sending harmless."""
    before = clock.now() - older_than
    waiting = Refund.objects.filter(state__in=["created", "pending"], created_at__lt=before)
    moved = 0
    for refund in waiting.select_related("attempt").order_by("created_at")[:limit]:
        before_state = refund.state
        try:
            if refund.provider_id is None:
                moved += send(refund).state != before_state
            else:
                refresh(refund.attempt, by=SYSTEM)
        except (RuleBroken, ProviderDown, ProviderRefused) as error:
            logger.warning("refund %s not sent: %s", refund.pk, type(error).__name__)
    return moved


def catch_up(since: dt.datetime, provider_name: str = "stripe") -> int:
    """Process every event of the provider since an instant that we have not; returns how many."""
    provider = get_provider(provider_name)
    done = 0
    try:
        notes = list(provider.events_since(since))
    except (ProviderDown, ProviderRefused) as error:
        logger.warning("events not listed: %s", type(error).__name__)
        return 0
    known = set(
        ProviderEvent.objects.filter(
            provider=provider.name,
            event_id__in=[note.event_id for note in notes],
            processed_at__isnull=False,
        ).values_list("event_id", flat=True)
    )
    for note in notes:
        if note.event_id in known:
            continue
        try:
            done += events.process(provider, note)
        except (RuleBroken, ProviderDown, ProviderRefused) as error:
            logger.warning("event %s not processed: %s", note.event_id, type(error).__name__)
    return done


def reconcile_day(day: dt.date, provider_name: str = "stripe") -> ReconciliationDay:
    """Compare one day of the ledger with the provider's books, object by object.

    A payment just before midnight is notified just after: an object that moved on the day is
    compared over the day before and after as well. Repeating it replaces the day's row.
    Raises ProviderDown.
    """
    provider = get_provider(provider_name)
    start, end = clock.at(day, 0), clock.at(day + dt.timedelta(days=1), 0)
    margin = dt.timedelta(days=1)
    theirs: dict[str, int] = defaultdict(int)
    ours: dict[str, int] = defaultdict(int)
    totals = {"ledger": 0, "provider": 0, "fees": 0}
    today: set[str] = set()
    for movement in provider.movements(start - margin, end + margin):
        if movement.kind not in _KINDS:
            continue
        theirs[movement.object_id] += movement.cents
        if start <= movement.at < end:
            today.add(movement.object_id)
            totals["provider"] += movement.cents
            totals["fees"] += movement.fee_cents
    entries = LedgerEntry.objects.filter(
        provider=provider.name, at__gte=start - margin, at__lt=end + margin
    )
    for object_id, cents, at in entries.values_list("object_id", "amount_cents", "at"):
        ours[object_id] += cents
        if start <= at < end:
            today.add(object_id)
            totals["ledger"] += cents
    differences = [
        {"object_id": key, "ledger_cents": ours[key], "provider_cents": theirs[key]}
        for key in sorted(today)
        if ours[key] != theirs[key]
    ]
    row, _created = ReconciliationDay.objects.update_or_create(
        day=day,
        defaults={
            "provider": provider.name,
            "ledger_cents": totals["ledger"],
            "provider_cents": totals["provider"],
            "fee_cents": totals["fees"],
            "differences": differences,
            "checked_at": clock.now(),
        },
    )
    return row
