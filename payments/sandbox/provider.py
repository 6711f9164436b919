"""What the provider does: sessions, payments, refunds, disputes, and the events they make."""

from __future__ import annotations

import copy
from typing import Any

from payments.sandbox import params as p
from payments.sandbox.errors import ApiError
from payments.sandbox.store import Store

API_VERSION = "2026-10-28.endive"
#: The provider's least amount in euros.
MINIMUM_CENTS = 50
_HALF_HOUR, _DAY = 30 * 60, 24 * 3600


class Provider:
    """The books of the stand-in. Every method is called with the store's lock held."""

    def __init__(self, store: Store, public_url: str, debit_delay: float) -> None:
        self.store = store
        self.public_url = public_url
        self.debit_delay = debit_delay
        #: Misbehaviour asked for; see ``server.FAULTS``.
        self.faults: dict[str, Any] = {}

    # -- events ---------------------------------------------------------------------------

    def emit(self, kind: str, obj: dict[str, Any], delay: float = 0.0) -> dict[str, Any]:
        """Write an event and plan its delivery."""
        now = self.store.now()
        event = self.store.put(
            {
                "id": self.store.new_id("evt"),
                "object": "event",
                "api_version": API_VERSION,
                "created": int(now),
                "data": {"object": copy.deepcopy(obj)},
                "livemode": False,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            }
        )
        forged = bool(self.faults.get("forge_webhooks"))
        copies = 3 if self.faults.get("duplicate_webhooks") else 1
        if self.faults.get("reverse_webhooks"):
            delay += 1.5 - 0.3 * self._burst()  # the later an event, the sooner it goes out
        for number in range(copies):
            self.store.schedule(event["id"], now + delay + 0.2 * number, forged=forged)
        return event

    def _burst(self) -> int:
        waiting = [d for d in self.store.deliveries() if d["state"] == "waiting"]
        return min(len(waiting), 4)

    # -- checkout sessions ----------------------------------------------------------------

    def create_session(self, values: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/checkout/sessions."""
        v = p.check(values, p.SESSION_CREATE)
        p.need(v, "mode", "line_items", "success_url")
        total = 0
        for index, item in enumerate(v["line_items"]):
            p.need(item, "price_data")
            p.need(item["price_data"], "currency", "unit_amount", "product_data")
            if item["price_data"]["unit_amount"] < 0:
                raise ApiError(
                    "Invalid non-negative integer",
                    code="parameter_invalid_integer",
                    param=f"line_items[{index}][price_data][unit_amount]",
                )
            total += item.get("quantity", 1) * item["price_data"]["unit_amount"]
        if total < MINIMUM_CENTS:
            raise ApiError(
                "The Checkout Session's total amount due must add up to at least €0.50 eur",
                code="amount_too_small",
            )
        now = int(self.store.now())
        expires = v.get("expires_at", now + _DAY)
        if not now + _HALF_HOUR - 5 <= expires <= now + _DAY + 5:
            raise ApiError(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from "
                "Checkout Session creation.",
                param="expires_at",
            )
        key = self.store.new_id("cs_test")
        return self.store.put(
            {
                "id": key,
                "object": "checkout.session",
                "allowed_payment_method_types": v.get("allowed_payment_method_types"),
                "amount_subtotal": total,
                "amount_total": total,
                "cancel_url": v.get("cancel_url"),
                "client_reference_id": v.get("client_reference_id"),
                "created": now,
                "currency": "eur",
                "customer_email": v.get("customer_email"),
                "customer_details": None,
                "expires_at": expires,
                "livemode": False,
                "locale": v.get("locale"),
                "metadata": v.get("metadata", {}),
                "mode": "payment",
                "payment_intent": None,
                "payment_method_types": v.get("allowed_payment_method_types") or ["card"],
                "payment_status": "unpaid",
                "status": "open",
                "success_url": v["success_url"],
                "ui_mode": v.get("ui_mode", "hosted_page"),
                "url": f"{self.public_url}/c/pay/{key}",
                "_intent_data": v.get("payment_intent_data", {}),
                "_label": ", ".join(
                    i["price_data"]["product_data"].get("name", "") for i in v["line_items"]
                ),
            }
        )

    def session(self, key: str) -> dict[str, Any]:
        """Return a session, expired in passing when its time is over."""
        found = self.store.get("checkout.session", key)
        if found is None:
            raise ApiError(
                f"No such checkout.session: '{key}'", status=404, code="resource_missing"
            )
        if found["status"] == "open" and found["expires_at"] <= self.store.now():
            return self._expire(found)
        return found

    def _expire(self, session: dict[str, Any]) -> dict[str, Any]:
        session.update(status="expired", url=None)
        self.store.put(session)
        self.emit("checkout.session.expired", session)
        return session

    def expire_session(self, key: str) -> dict[str, Any]:
        """POST /v1/checkout/sessions/{id}/expire."""
        session = self.session(key)
        if session["status"] != "open":
            raise ApiError(
                'Only Checkout Sessions with a status in ["open"] can be expired. This '
                f"Checkout Session has a status of {session['status']}.",
            )
        return self._expire(session)

    def sweep(self) -> None:
        """Let time do its work: sessions expire, bank debits settle."""
        now = self.store.now()
        for session in self.store.unfinished_sessions():
            if session["status"] == "open" and session["expires_at"] <= now:
                self._expire(session)
            debit = session.get("_debit")
            if debit and debit["due"] <= now:
                self._settle_debit(session, succeeds=debit["succeeds"])

    # -- what the person on the hosted page does ------------------------------------------

    def pay(self, key: str) -> dict[str, Any]:
        """The card is accepted."""
        session = self._open(key)
        intent = self._intent(session, "succeeded")
        charge = self._charge(intent, "card")
        session.update(status="complete", payment_status="paid", url=None)
        session["payment_intent"] = intent["id"]
        self.store.put(session)
        self.emit("payment_intent.succeeded", intent)
        self.emit("charge.succeeded", charge)
        self.emit("checkout.session.completed", session)
        return session

    def decline(self, key: str) -> dict[str, Any]:
        """The bank refuses the card; the session stays open for another try."""
        session = self._open(key)
        intent = self._intent(session, "requires_payment_method")
        intent["last_payment_error"] = {"code": "card_declined", "type": "card_error"}
        self.store.put(intent)
        session["_declined"] = session.get("_declined", 0) + 1
        self.store.put(session)
        self.emit("payment_intent.payment_failed", intent)
        return session

    def debit(self, key: str, *, succeeds: bool) -> dict[str, Any]:
        """A bank debit is ordered: complete, but unpaid until the bank has answered."""
        session = self._open(key)
        intent = self._intent(session, "processing")
        session.update(status="complete", payment_status="unpaid", url=None)
        session["payment_intent"] = intent["id"]
        session["_debit"] = {"due": self.store.now() + self.debit_delay, "succeeds": succeeds}
        self.store.put(session)
        self.emit("payment_intent.processing", intent)
        self.emit("checkout.session.completed", session)
        return session

    def _settle_debit(self, session: dict[str, Any], *, succeeds: bool) -> None:
        session["_debit"] = None
        intent = self.intent(session["payment_intent"])
        if succeeds:
            intent["status"] = "succeeded"
            intent["amount_received"] = intent["amount"]
            charge = self._charge(intent, "sepa_debit")
            session["payment_status"] = "paid"
            self.store.put(session)
            self.emit("charge.succeeded", charge)
            self.emit("checkout.session.async_payment_succeeded", session)
        else:
            intent["status"] = "requires_payment_method"
            self.store.put(intent)
            self.store.put(session)
            self.emit("checkout.session.async_payment_failed", session)

    def _open(self, key: str) -> dict[str, Any]:
        session = self.session(key)
        if session["status"] != "open":
            raise ApiError("This Checkout Session is no longer open.", status=409)
        return session

    def _intent(self, session: dict[str, Any], status: str) -> dict[str, Any]:
        known = session.get("_intent")
        intent = self.intent(known) if known else {}
        data = session["_intent_data"]
        intent.update(
            {
                "id": known or self.store.new_id("pi"),
                "object": "payment_intent",
                "amount": session["amount_total"],
                "amount_received": session["amount_total"] if status == "succeeded" else 0,
                "created": int(self.store.now()),
                "currency": "eur",
                "description": data.get("description"),
                "last_payment_error": None,
                "latest_charge": None,
                "livemode": False,
                "metadata": data.get("metadata", {}),
                "status": status,
            }
        )
        session["_intent"] = intent["id"]
        return self.store.put(intent)

    def intent(self, key: str) -> dict[str, Any]:
        """GET /v1/payment_intents/{id}."""
        return self._found("payment_intent", key)

    def charge(self, key: str) -> dict[str, Any]:
        """GET /v1/charges/{id}."""
        return self._found("charge", key)

    def _found(self, kind: str, key: str) -> dict[str, Any]:
        found = self.store.get(kind, key)
        if found is None:
            raise ApiError(f"No such {kind}: '{key}'", status=404, code="resource_missing")
        return found

    def _charge(self, intent: dict[str, Any], method: str) -> dict[str, Any]:
        charge: dict[str, Any] = {
            "id": self.store.new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": 0,
            "balance_transaction": None,
            "created": int(self.store.now()),
            "currency": "eur",
            "disputed": False,
            "livemode": False,
            "metadata": intent["metadata"],
            "paid": True,
            "payment_intent": intent["id"],
            "payment_method_details": {"type": method},
            "refunded": False,
            "status": "succeeded",
        }
        if not self.faults.get("late_balance"):
            charge["balance_transaction"] = self.book(
                charge["id"], "charge", intent["amount"], fee=25 + intent["amount"] * 15 // 1000
            )["id"]
        self.store.put(charge)
        intent["latest_charge"] = charge["id"]
        self.store.put(intent)
        return charge

    def book_late(self) -> int:
        """Write the balance transactions that were held back; returns how many."""
        late = [c for c in self.store.all("charge") if c["balance_transaction"] is None]
        for charge in late:
            fee = 25 + charge["amount"] * 15 // 1000
            booked = self.book(charge["id"], "charge", charge["amount"], fee=fee)
            charge["balance_transaction"] = booked["id"]
            self.store.put(charge)
            self.emit("charge.updated", charge)
        return len(late)

    def book(self, source: str, kind: str, amount: int, fee: int = 0) -> dict[str, Any]:
        """Write a balance transaction."""
        now = int(self.store.now())
        return self.store.put(
            {
                "id": self.store.new_id("txn"),
                "object": "balance_transaction",
                "amount": amount,
                "available_on": now + 2 * _DAY,
                "created": now,
                "currency": "eur",
                "description": None,
                "fee": fee,
                "fee_details": [],
                "net": amount - fee,
                "reporting_category": kind,
                "source": source,
                "status": "pending",
                "type": kind,
            }
        )
