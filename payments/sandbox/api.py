"""The provider's JSON API: addresses, lists, expansion, idempotency."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from payments.sandbox import aftermath
from payments.sandbox import params as p
from payments.sandbox.errors import ApiError, LostAnswer
from payments.sandbox.provider import Provider

_LISTS = {
    "/v1/events": "event",
    "/v1/checkout/sessions": "checkout.session",
    "/v1/refunds": "refund",
    "/v1/charges": "charge",
    "/v1/disputes": "dispute",
    "/v1/balance_transactions": "balance_transaction",
}
#: What a field that may be expanded leads to: kinds by the prefix of the id.
_KINDS = {
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "dp": "dispute",
    "txn": "balance_transaction",
}
_EXPANDABLE = {"payment_intent", "latest_charge", "charge", "balance_transaction", "source"}


def public(obj: dict[str, Any]) -> dict[str, Any]:
    """Return an object without what the stand-in notes for itself."""
    return {name: value for name, value in obj.items() if not name.startswith("_")}


class Api:
    """Answers calls to ``/v1/…``; remembers answers by idempotency key."""

    def __init__(self, provider: Provider, secret_key: str) -> None:
        self.provider = provider
        self.secret_key = secret_key

    def call(
        self, method: str, path: str, raw: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Answer one call: (status, body). Raises LostAnswer when asked to lose it."""
        faults = self.provider.faults
        try:
            self._authenticate(headers)
            self._stumble()
            with self.provider.store.lock:
                answer = self._idempotent(method, path, raw, headers)
        except ApiError as refused:
            return refused.status, {"error": refused.body}
        if method == "POST" and faults.get("lost_answer") and self._spend("lost_answer"):
            raise LostAnswer
        return answer

    def _stumble(self) -> None:
        if self._spend("error_500"):
            raise ApiError("An unknown error occurred", status=500, kind="api_error")

    def _spend(self, fault: str) -> bool:
        left = int(self.provider.faults.get(fault) or 0)
        if left > 0:
            self.provider.faults[fault] = left - 1
        return left > 0

    def _authenticate(self, headers: dict[str, str]) -> None:
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if "_live_" in key:
            raise ApiError("This is a stand-in: live keys are refused here.", status=401)
        if key != self.secret_key:
            raise ApiError(f"Invalid API Key provided: {key[:8]}***", status=401)

    def _idempotent(
        self, method: str, path: str, raw: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        key = headers.get("idempotency-key", "") if method == "POST" else ""
        if not key:
            return self._route(method, path, raw)
        same = json.dumps(p.decode(raw), sort_keys=True)
        fingerprint = hashlib.sha256(f"{path}\n{same}".encode()).hexdigest()
        known = self.provider.store.answer(key)
        if known:
            if known[0] != fingerprint:
                raise ApiError(
                    "Keys for idempotent requests can only be used with the same parameters "
                    "they were first used with.",
                    kind="idempotency_error",
                )
            return known[1], json.loads(known[2])
        try:
            status, body = self._route(method, path, raw)
        except ApiError as refused:
            status, body = refused.status, {"error": refused.body}
        self.provider.store.remember(key, fingerprint, status, json.dumps(body))
        return status, body

    def _route(self, method: str, path: str, raw: str) -> tuple[int, dict[str, Any]]:
        values = p.decode(raw)
        routes: list[tuple[str, str, Callable[..., dict[str, Any]]]] = [
            ("POST", r"/v1/checkout/sessions", self.provider.create_session),
            ("POST", r"/v1/refunds", lambda v: aftermath.create_refund(self.provider, v)),
            (
                "POST",
                r"/v1/checkout/sessions/(\w+)/expire",
                lambda _v, key: self.provider.expire_session(key),
            ),
            ("GET", r"/v1/checkout/sessions/(\w+)", lambda _v, key: self.provider.session(key)),
            ("GET", r"/v1/payment_intents/(\w+)", self._one("payment_intent")),
            ("GET", r"/v1/charges/(\w+)", self._one("charge")),
            ("GET", r"/v1/refunds/(\w+)", self._one("refund")),
            ("GET", r"/v1/disputes/(\w+)", self._one("dispute")),
            ("GET", r"/v1/events/(\w+)", self._one("event")),
            ("GET", r"/v1/balance_transactions/(\w+)", self._one("balance_transaction")),
        ]
        if method == "GET" and path in _LISTS:
            return 200, self._list(_LISTS[path], path, values)
        for verb, pattern, handler in routes:
            match = re.fullmatch(pattern, path)
            if match and verb == method:
                wanted = values.get("expand", []) if method == "GET" else []
                if match.groups():
                    p.check(values, p.RETRIEVE)
                return 200, self._expand(public(handler(values, *match.groups())), wanted)
        raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404)

    def _one(self, kind: str) -> Callable[..., dict[str, Any]]:
        def found(values: dict[str, Any], key: str) -> dict[str, Any]:
            obj = self.provider.store.get(kind, key)
            if obj is None:
                raise ApiError(f"No such {kind}: '{key}'", status=404, code="resource_missing")
            return obj

        return found

    def _list(self, kind: str, path: str, values: dict[str, Any]) -> dict[str, Any]:
        v = p.check(values, p.LIST)
        rows = [obj for obj in self.provider.store.all(kind) if _kept(obj, v)]
        ids = [obj["id"] for obj in rows]
        if v.get("starting_after") in ids:
            rows = rows[ids.index(v["starting_after"]) + 1 :]
        limit = min(max(v.get("limit", 10), 1), 100)
        page = [self._expand(public(obj), v.get("expand", []), "data.") for obj in rows[:limit]]
        return {"object": "list", "data": page, "has_more": len(rows) > limit, "url": path}

    def _expand(self, obj: dict[str, Any], wanted: list[str], prefix: str = "") -> dict[str, Any]:
        for path in wanted:
            node = obj
            for step in path.removeprefix(prefix).split("."):
                if step not in _EXPANDABLE or step not in node:
                    raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
                if isinstance(node[step], str):
                    kind = _KINDS[node[step].split("_")[0]]
                    found = self.provider.store.get(kind, node[step])
                    node[step] = public(found) if found else None
                if node[step] is None:
                    break
                node = node[step]
        return obj


def _kept(obj: dict[str, Any], v: dict[str, Any]) -> bool:
    span = v.get("created", {})
    created = obj["created"]
    if not (
        span.get("gte", created) <= created <= span.get("lte", created)
        and span.get("gt", created - 1) < created < span.get("lt", created + 1)
    ):
        return False
    if "types" in v and obj.get("type") not in v["types"]:
        return False
    return all(name not in v or obj.get(name) == v[name] for name in ("payment_intent", "charge"))
