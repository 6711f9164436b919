"""Read the provider's form encoding, and refuse what it would refuse."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from payments.sandbox.errors import ApiError

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
#: A field's rule: a type name, a nested dict of fields, or a list of one such dict or type.
Schema = dict[str, Any]

_REMOVED = {
    "payment_method_types": (
        "Received unknown parameter: payment_method_types. It was removed in "
        "2026-09-30.endive; use allowed_payment_method_types."
    )
}


def decode(raw: str) -> dict[str, Any]:
    """Turn ``a[b][0][c]=1`` into nested dicts and lists; raises ApiError when malformed."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(raw, keep_blank_values=True):
        match = _KEY.match(key)
        if not match:
            raise ApiError(f"Invalid parameter name: {key}", param=key)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        node = tree
        for step, following in zip(path, [*path[1:], None], strict=True):
            name = step or str(len(node))
            if following is None:
                node[name] = value
            else:
                node = node.setdefault(name, {})
                if not isinstance(node, dict):
                    raise ApiError(f"Invalid parameter: {key}", param=key)
    return {name: _lists(value) for name, value in tree.items()}


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    done = {name: _lists(value) for name, value in node.items()}
    if done and all(name.isdigit() for name in done):
        return [done[name] for name in sorted(done, key=int)]
    return done


def check(values: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
    """Return the values with their types, or raise the provider's own kind of refusal."""
    clean: dict[str, Any] = {}
    for name, value in values.items():
        label = f"{prefix}[{name}]" if prefix else name
        rule = schema.get(name)
        if rule is None:
            message = _REMOVED.get(name, f"Received unknown parameter: {label}")
            raise ApiError(message, code="parameter_unknown", param=label)
        clean[name] = _convert(value, rule, label)
    return clean


def _convert(value: Any, rule: Any, label: str) -> Any:
    if isinstance(rule, dict):
        if not isinstance(value, dict):
            raise ApiError(f"Invalid object: {label}", param=label)
        return check(value, rule, label)
    if isinstance(rule, list):
        if not isinstance(value, list):
            raise ApiError(f"Invalid array: {label}", param=label)
        return [_convert(item, rule[0], f"{label}[{i}]") for i, item in enumerate(value)]
    if rule == "map":
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise ApiError(f"Invalid hash: {label}", param=label)
        return value
    if not isinstance(value, str):
        raise ApiError(f"Invalid string: {label}", param=label)
    return _scalar(value, rule, label)


def _scalar(value: str, rule: Any, label: str) -> str | int:
    if rule == "int":
        if not re.fullmatch(r"-?\d{1,12}", value):
            raise ApiError(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=label
            )
        return int(value)
    if rule == "url" and not value.startswith(("http://", "https://")):
        raise ApiError("Not a valid URL", code="url_invalid", param=label)
    if isinstance(rule, tuple) and value not in rule:
        allowed = ", ".join(rule)
        raise ApiError(f"Invalid {label}: must be one of {allowed}", param=label)
    return value


def need(values: dict[str, Any], *names: str) -> None:
    """Raise the provider's error for the first of these that is missing."""
    for name in names:
        if values.get(name) in (None, "", []):
            raise ApiError(f"Missing required param: {name}.", code="parameter_missing", param=name)


_METADATA = "map"
_INTENT_DATA: Schema = {"metadata": _METADATA, "description": "str"}
SESSION_CREATE: Schema = {
    "mode": ("payment",),
    "ui_mode": ("hosted_page",),
    "line_items": [
        {
            "quantity": "int",
            "price_data": {
                "currency": ("eur",),
                "unit_amount": "int",
                "product_data": {"name": "str"},
            },
        }
    ],
    "success_url": "url",
    "cancel_url": "url",
    "client_reference_id": "str",
    "customer_email": "str",
    "expires_at": "int",
    "metadata": _METADATA,
    "payment_intent_data": _INTENT_DATA,
    "allowed_payment_method_types": [("card", "sepa_debit")],
    "locale": ("auto", "fr", "en", "ar"),
    "submit_type": ("auto", "pay"),
    "expand": ["str"],
}
RETRIEVE: Schema = {"expand": ["str"]}
REFUND_CREATE: Schema = {
    "payment_intent": "str",
    "charge": "str",
    "amount": "int",
    "reason": ("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": _METADATA,
    "expand": ["str"],
}
_RANGE: Schema = {"gte": "int", "gt": "int", "lte": "int", "lt": "int"}
LIST: Schema = {
    "limit": "int",
    "starting_after": "str",
    "ending_before": "str",
    "created": _RANGE,
    "types": ["str"],
    "type": "str",
    "payment_intent": "str",
    "charge": "str",
    "expand": ["str"],
}
