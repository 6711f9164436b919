"""Cards and codes as they are kept: keyed digests, never in clear."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.utils.crypto import constant_time_compare, salted_hmac


def new_token() -> str:
    """Return the secret of a new card: 128 random bits, safe in an address."""
    return secrets.token_urlsafe(16)


def card_digest(token: str) -> str:
    """Return what is kept of a card's secret."""
    return salted_hmac("escale.workspace.card", token, algorithm="sha256").hexdigest()


def code_digest(account_pk: int, pictures: Sequence[str]) -> str:
    """Return what is kept of a picture code; two pupils with one code share no digest.

    Keyed with the service's secret: 1,716 codes would not resist anybody who holds the
    database alone if they were merely hashed, however slowly.
    """
    value = f"{account_pk}:{'/'.join(pictures)}"
    return salted_hmac("escale.workspace.code", value, algorithm="sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests in constant time; an empty one equals nothing."""
    return bool(one) and constant_time_compare(one, other)
