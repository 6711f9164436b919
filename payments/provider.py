"""The seam behind which a payment provider stands.

It assumes neither signatures, event ids, expiry nor refunds: the French Treasury's PayFiP
has none of them. What a provider cannot do it says in its ``capabilities``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from payments.rules.settlement import RefundFact, Snapshot

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from payments.models import PaymentAttempt, Refund


class ProviderDown(Exception):
    """No answer, or an answer that says nothing: the same request may be sent again."""


class ProviderRefused(Exception):
    """The provider understood and said no; sending it again would not help."""


@dataclass(frozen=True)
class Capabilities:
    """What a provider can do, and between which amounts in cents."""

    signs: bool
    has_event_ids: bool
    expires: bool
    refunds: bool
    minimum_cents: int
    maximum_cents: int


@dataclass(frozen=True)
class Started:
    """Where the person is sent, and the provider's own key of the session."""

    session_id: str
    url: str


@dataclass(frozen=True)
class Notification:
    """What a notification speaks of. None of it is believed: the payment is read again."""

    event_id: str
    kind: str
    reference: str = ""
    payment_id: str = ""
    livemode: bool = False
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Movement:
    """A line of the provider's books: what moved, because of which object, and its fee."""

    object_id: str
    kind: str
    cents: int
    fee_cents: int
    at: dt.datetime


class BadNotification(Exception):
    """A notification whose sender cannot be believed."""


class Provider(Protocol):
    """What the rest of the app knows of a provider."""

    name: str
    capabilities: Capabilities

    @property
    def livemode(self) -> bool:
        """True when real money moves."""
        ...

    def start(self, attempt: PaymentAttempt) -> Started:
        """Open a payment page for a stored attempt; safe to repeat with the same attempt."""
        ...

    def fetch(self, attempt: PaymentAttempt) -> Snapshot:
        """Read the payment as it stands."""
        ...

    def cancel(self, attempt: PaymentAttempt) -> None:
        """Close the payment page if it is still open; does nothing when it is too late."""
        ...

    def refund(self, refund: Refund) -> RefundFact:
        """Give money back; safe to repeat with the same refund."""
        ...

    def parse_notification(self, body: bytes, headers: Mapping[str, str]) -> Notification:
        """Check who sent a notification; raises BadNotification."""
        ...

    def events_since(self, since: dt.datetime) -> Iterator[Notification]:
        """List what happened since an instant, oldest first."""
        ...

    def movements(self, start: dt.datetime, end: dt.datetime) -> Iterator[Movement]:
        """List the provider's books from an instant (included) to another (excluded)."""
        ...


def get_provider(name: str = "stripe") -> Provider:
    """Return a provider by the name stored on an attempt; raises LookupError."""
    if name == "stripe":
        from payments.stripe import StripeProvider

        return StripeProvider()
    raise LookupError(name)
