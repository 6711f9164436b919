"""What happens to a payment later: refunds and disputes."""

from __future__ import annotations

from typing import Any

from payments.sandbox import params as p
from payments.sandbox.errors import ApiError
from payments.sandbox.provider import Provider


def create_refund(provider: Provider, values: dict[str, Any]) -> dict[str, Any]:
    """POST /v1/refunds; never more than what is left of the charge."""
    v = p.check(values, p.REFUND_CREATE)
    if "charge" in v:
        charge = provider.charge(v["charge"])
    else:
        p.need(v, "payment_intent")
        intent = provider.intent(v["payment_intent"])
        if not intent["latest_charge"]:
            raise ApiError("This PaymentIntent does not have a successful charge to refund.")
        charge = provider.charge(intent["latest_charge"])
    return _refund(provider, charge, v.get("amount"), v.get("metadata", {}), v.get("reason"))


def refund_from_dashboard(provider: Provider, charge_id: str, amount: int) -> dict[str, Any]:
    """A refund that somebody made on the provider's own pages, without our knowing."""
    return _refund(provider, provider.charge(charge_id), amount, {}, None)


def _refund(
    provider: Provider,
    charge: dict[str, Any],
    amount: int | None,
    metadata: dict[str, str],
    reason: str | None,
) -> dict[str, Any]:
    left = charge["amount"] - charge["amount_refunded"]
    wanted = left if amount is None else amount
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if charge["disputed"]:
        raise ApiError(f"Charge {charge['id']} is disputed.", code="charge_disputed")
    if wanted <= 0:
        raise ApiError("Invalid positive integer", param="amount")
    if wanted > left:
        raise ApiError(
            f"Refund amount (€{wanted / 100:.2f}) is greater than unrefunded amount on charge "
            f"(€{left / 100:.2f})",
            param="amount",
        )
    store = provider.store
    key = store.new_id("re")
    refund = store.put(
        {
            "id": key,
            "object": "refund",
            "amount": wanted,
            "balance_transaction": provider.book(key, "refund", -wanted)["id"],
            "charge": charge["id"],
            "created": int(store.now()),
            "currency": "eur",
            "failure_reason": None,
            "metadata": metadata,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "status": "pending" if provider.faults.get("slow_refunds") else "succeeded",
        }
    )
    charge["amount_refunded"] += wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.put(charge)
    provider.emit("refund.created", refund)
    provider.emit("charge.refunded", charge)
    return refund


def finish_refund(provider: Provider, key: str, *, succeeds: bool) -> dict[str, Any]:
    """The bank accepts or sends back a refund, perhaps days later."""
    store = provider.store
    refund = store.get("refund", key)
    if refund is None:
        raise ApiError(f"No such refund: '{key}'", status=404, code="resource_missing")
    if succeeds:
        refund["status"] = "succeeded"
        store.put(refund)
        provider.emit("refund.updated", refund)
        return refund
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    provider.book(refund["id"], "refund_failure", refund["amount"])
    charge = provider.charge(refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    store.put(charge)
    store.put(refund)
    provider.emit("refund.failed", refund)
    return refund


def open_dispute(provider: Provider, charge_id: str) -> dict[str, Any]:
    """The card holder contests the payment: the provider takes the money back at once."""
    store = provider.store
    charge = provider.charge(charge_id)
    if charge["disputed"]:
        raise ApiError("This charge is already disputed.", status=409)
    key = store.new_id("dp")
    amount = charge["amount"] - charge["amount_refunded"]
    provider.book(key, "adjustment", -amount, fee=2000)
    dispute = store.put(
        {
            "id": key,
            "object": "dispute",
            "amount": amount,
            "charge": charge["id"],
            "created": int(store.now()),
            "currency": "eur",
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": "fraudulent",
            "status": "needs_response",
        }
    )
    charge["disputed"] = True
    store.put(charge)
    provider.emit("charge.dispute.created", dispute)
    return dispute


def close_dispute(provider: Provider, key: str, *, won: bool) -> dict[str, Any]:
    """The bank has decided: won gives the money back, lost leaves it gone."""
    store = provider.store
    dispute = store.get("dispute", key)
    if dispute is None:
        raise ApiError(f"No such dispute: '{key}'", status=404, code="resource_missing")
    if dispute["status"] in {"won", "lost"}:
        raise ApiError("This dispute is closed.", status=409)
    dispute["status"] = "won" if won else "lost"
    if won:
        provider.book(key, "adjustment", dispute["amount"])
        charge = provider.charge(dispute["charge"])
        charge["disputed"] = False
        store.put(charge)
    store.put(dispute)
    provider.emit("charge.dispute.closed", dispute)
    return dispute
