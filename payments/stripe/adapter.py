"""Stripe Checkout behind our seam: hosted page, signed notifications, refunds.

Of a person the provider learns the e-mail address for the receipt, nothing else: no child,
no meal. The label on its page is "Facture 2026-000123".
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from core import clock
from payments.models import PaymentAttempt, Refund
from payments.provider import (
    BadNotification,
    Capabilities,
    Movement,
    Notification,
    ProviderDown,
    ProviderRefused,
    Started,
)
from payments.rules.settlement import DisputeFact, RefundFact, Snapshot, Status

#: Connect and read, in seconds: somebody is waiting in front of the page.
_TIMEOUT = (3.05, 15)
#: How far in the future a notification's own time may lie.
_CLOCK_SKEW_SECONDS = 300
_EXPAND = ["payment_intent.latest_charge"]

stripe.enable_telemetry = False


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> stripe.StripeClient:
    """Return the client; retries reuse the idempotency key, so a lost answer costs nothing."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=_TIMEOUT),
    )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's exceptions into the seam's two."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderDown(type(error).__name__) from error
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500:
            raise ProviderDown(type(error).__name__) from error
        raise ProviderRefused(error.user_message or type(error).__name__) from error


def _text(obj: Any, key: str) -> str:
    """Return the id in a field that may hold an id, an object or nothing."""
    value = obj[key] if key in obj else None  # noqa: SIM401 - no .get on these objects
    if value is None:
        return ""
    return str(value if isinstance(value, str) else value["id"])


def _payment_behind(row: Any) -> str:
    """Return what the ledger calls the source of a movement: a charge is its payment there."""
    source = row["source"]
    if source is not None and not isinstance(source, str) and source["object"] == "charge":
        return _text(source, "payment_intent") or str(source["id"])
    return _text(row, "source")


def _meta(obj: Any, key: str) -> str:
    meta = obj["metadata"] if "metadata" in obj else None  # noqa: SIM401
    return str(meta[key]) if meta and key in meta else ""


class StripeProvider:
    """Stripe, or the stand-in that speaks like it, as ``STRIPE_API_BASE`` says."""

    name = "stripe"
    capabilities = Capabilities(
        signs=True,
        has_event_ids=True,
        expires=True,
        refunds=True,
        minimum_cents=50,
        maximum_cents=99_999_999,
    )

    @property
    def livemode(self) -> bool:
        """True when the key moves real money."""
        return "_live_" in settings.STRIPE_SECRET_KEY

    @property
    def _api(self) -> Any:
        return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE).v1

    def start(self, attempt: PaymentAttempt) -> Started:
        """Create the Checkout Session of an attempt from its frozen request."""
        # PostgreSQL does not keep the order of keys: sort, so that a repeat is the same request.
        request: Any = json.loads(json.dumps(attempt.request, sort_keys=True))
        with _translated():
            session = self._api.checkout.sessions.create(
                request, {"idempotency_key": f"attempt-{attempt.public_id}"}
            )
        return Started(session["id"], session["url"] or "")

    def fetch(self, attempt: PaymentAttempt) -> Snapshot:
        """Read the session, its payment, its refunds and disputes."""
        with _translated():
            session = self._api.checkout.sessions.retrieve(
                attempt.session_id or "", {"expand": _EXPAND}
            )
            intent = session["payment_intent"]
            charge = intent["latest_charge"] if intent else None
            refunds: tuple[RefundFact, ...] = ()
            disputes: tuple[DisputeFact, ...] = ()
            if charge and (charge["amount_refunded"] or attempt.refunds.exists()):
                refunds = self._refunds(intent["id"])
            if charge and (charge["disputed"] or attempt.state == "disputed"):
                disputes = self._disputes(intent["id"])
        return Snapshot(
            reference=_meta(session, "attempt"),
            status=_status(session, intent),
            amount_cents=session["amount_total"] or 0,
            currency=session["currency"] or "",
            livemode=bool(session["livemode"]),
            payment_id=_text(session, "payment_intent"),
            refunds=refunds,
            disputes=disputes,
        )

    def _refunds(self, intent: str) -> tuple[RefundFact, ...]:
        rows = self._api.refunds.list({"payment_intent": intent, "limit": 100})
        return tuple(_refund_fact(row) for row in rows.auto_paging_iter())

    def _disputes(self, intent: str) -> tuple[DisputeFact, ...]:
        rows = self._api.disputes.list({"payment_intent": intent, "limit": 100})
        return tuple(
            DisputeFact(
                row["id"],
                row["amount"],
                row["status"] if row["status"] in {"won", "lost"} else "open",
            )
            for row in rows.auto_paging_iter()
        )

    def cancel(self, attempt: PaymentAttempt) -> None:
        """Expire the session; a refusal means that it is paid or expired already."""
        with _translated():
            try:
                self._api.checkout.sessions.expire(attempt.session_id or "")
            except stripe.InvalidRequestError:
                return

    def refund(self, refund: Refund) -> RefundFact:
        """Ask for a refund under the key of its row."""
        params = {
            "payment_intent": refund.attempt.payment_id or "",
            "amount": refund.amount_cents,
            "reason": "requested_by_customer",
            "metadata": {
                "refund": str(refund.public_id),
                "attempt": str(refund.attempt.public_id),
            },
        }
        with _translated():
            row = self._api.refunds.create(
                params, {"idempotency_key": f"refund-{refund.public_id}"}
            )
        return _refund_fact(row)

    def parse_notification(self, body: bytes, headers: Mapping[str, str]) -> Notification:
        """Check the signature against each secret in turn (they rotate), and its time."""
        header = headers.get("Stripe-Signature", "")
        for secret in settings.STRIPE_WEBHOOK_SECRETS:
            try:
                stripe.WebhookSignature.verify_header(body, header, secret, 300)
            except (stripe.SignatureVerificationError, ValueError):
                continue
            _refuse_future(header)
            return _notification(_json(body))
        raise BadNotification("signature")

    def events_since(self, since: dt.datetime) -> Iterator[Notification]:
        """List events, oldest first."""
        with _translated():
            rows = self._api.events.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            found = [_notification(row.to_dict()) for row in rows.auto_paging_iter()]
        yield from reversed(found)

    def movements(self, start: dt.datetime, end: dt.datetime) -> Iterator[Movement]:
        """List balance transactions."""
        span = {"gte": int(start.timestamp()), "lt": int(end.timestamp())}
        with _translated():
            rows = self._api.balance_transactions.list(
                {"created": span, "limit": 100, "expand": ["data.source"]}
            )
            for row in rows.auto_paging_iter():
                at = dt.datetime.fromtimestamp(row["created"], tz=clock.PARIS)
                yield Movement(_payment_behind(row), row["type"], row["amount"], row["fee"], at)


def _json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise BadNotification("json") from error
    if not isinstance(parsed, dict):
        raise BadNotification("json")
    return parsed


def _refuse_future(header: str) -> None:
    """The SDK accepts a timestamp from the future; we do not."""
    stamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
    limit = clock.now().timestamp() + _CLOCK_SKEW_SECONDS
    if not stamps or not stamps[0].isdigit() or int(stamps[0]) > limit:
        raise BadNotification("timestamp")


def _status(session: Any, intent: Any) -> Status:
    if session["payment_status"] == "paid":
        return "paid"
    if session["status"] == "expired":
        return "expired"
    if session["status"] == "open":
        return "open"
    # Complete but unpaid: a bank debit on its way, or refused at the end of it.
    if intent and intent["status"] in {"requires_payment_method", "canceled"}:
        return "failed"
    return "processing"


def _refund_fact(row: Any) -> RefundFact:
    status = row["status"] or "pending"
    known = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
    return RefundFact(
        object_id=row["id"],
        cents=row["amount"],
        status=known.get(status, "pending"),  # type: ignore[arg-type]
        reference=_meta(row, "refund"),
    )


def _notification(event: dict[str, Any]) -> Notification:
    """Read whom an event speaks of; raises BadNotification when it is not an event."""
    try:
        obj = event["data"]["object"]
        kind = str(event["type"])
        intent = obj.get("payment_intent")
        if obj.get("object") == "payment_intent":
            intent = obj["id"]
        if isinstance(intent, dict):
            intent = intent["id"]
        return Notification(
            event_id=str(event["id"]),
            kind=kind,
            reference=str((obj.get("metadata") or {}).get("attempt", "")),
            payment_id=str(intent or ""),
            livemode=bool(event["livemode"]),
            payload={"type": kind, "object": obj.get("id"), "created": event.get("created")},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadNotification("event") from error
