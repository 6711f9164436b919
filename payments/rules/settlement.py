"""The life of a payment, as a join of everything the provider has ever told us.

Notifications come late, twice and in any order. Each makes us read the payment again, and
what was read may itself be overtaken. So a state is never *set* by a message: it only ever
rises, to the highest that any reading has shown. Money in is above everything else; after it
the state follows from the refunds and disputes known, whose own states only rise too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["open", "processing", "expired", "failed", "paid"]

#: How far an attempt has come before money is in. ``anomaly``: money came, but not ours to
#: settle without somebody looking.
RANKS = {
    "created": 0,
    "open": 1,
    "processing": 2,
    "expired": 3,
    "failed": 4,
    "anomaly": 5,
    "paid": 6,
}
REFUND_RANKS = {"created": 0, "pending": 1, "succeeded": 2, "failed": 3}
DISPUTE_RANKS = {"open": 0, "won": 1, "lost": 1}


@dataclass(frozen=True)
class RefundFact:
    """A refund as the provider holds it; ``reference`` is ours, empty if made on its pages."""

    object_id: str
    cents: int
    status: Literal["pending", "succeeded", "failed"]
    reference: str = ""


@dataclass(frozen=True)
class DisputeFact:
    """A payment contested by the card holder."""

    object_id: str
    cents: int
    status: Literal["open", "won", "lost"]


@dataclass(frozen=True)
class Snapshot:
    """One reading of a payment at the provider, in our own words. Amounts in cents."""

    reference: str
    status: Status
    amount_cents: int
    currency: str
    livemode: bool
    payment_id: str = ""
    refunds: tuple[RefundFact, ...] = ()
    disputes: tuple[DisputeFact, ...] = ()


@dataclass(frozen=True)
class Expected:
    """What we asked for, against which money coming in is held."""

    reference: str
    amount_cents: int
    currency: str
    livemode: bool


def mismatch(expected: Expected, snapshot: Snapshot) -> str:
    """Return what differs (``reference``, ``amount``, ``currency``, ``livemode``), or nothing."""
    pairs: Sequence[tuple[str, object, object]] = (
        ("reference", expected.reference, snapshot.reference),
        ("livemode", expected.livemode, snapshot.livemode),
        ("currency", expected.currency, snapshot.currency),
        ("amount", expected.amount_cents, snapshot.amount_cents),
    )
    return next((name for name, wanted, found in pairs if wanted != found), "")


def risen(state: str, shown: str) -> str:
    """Return the higher of two states before money is in."""
    return max(state, shown, key=lambda s: RANKS[s])


def refund_risen(state: str, shown: str) -> str:
    """Return the higher of two states of a refund: a failure overrides a success."""
    return max(state, shown, key=lambda s: REFUND_RANKS[s])


def dispute_risen(state: str, shown: str) -> str:
    """Return the higher of two states of a dispute: a decision is final."""
    return max(state, shown, key=lambda s: DISPUTE_RANKS[s])


def settled_state(amount_cents: int, refunded_cents: int, disputes: Iterable[str]) -> str:
    """Return the state of a payment whose money came in.

    ``disputes`` holds the status of each; an open or lost one shows as ``disputed``.
    """
    if any(status != "won" for status in disputes):
        return "disputed"
    if refunded_cents >= amount_cents:
        return "refunded"
    return "partially_refunded" if refunded_cents else "paid"


@dataclass(frozen=True)
class Share:
    """A part of a movement: for an invoice, or (None) for the family's credit."""

    invoice_id: int | None
    cents: int


def pay_in(shares: Iterable[Share], owed: dict[int, int]) -> list[Share]:
    """Place money coming in: on each invoice up to what is owed, the rest as credit.

    ``owed`` maps an invoice to its balance. The parts add up to what came in.
    """
    left, placed, credit = dict(owed), [], 0
    for share in shares:
        room = 0 if share.invoice_id is None else left.get(share.invoice_id, 0)
        taken = min(share.cents, room)
        if taken and share.invoice_id is not None:
            placed.append(Share(share.invoice_id, taken))
            left[share.invoice_id] = room - taken
        credit += share.cents - taken
    return [*placed, Share(None, credit)] if credit else placed


def take_back(cents: int, credit: int, lines: Sequence[Share]) -> list[Share]:
    """Say where a refund comes from: the family's credit first, then the invoices paid.

    ``credit`` is what the family has; ``lines`` is what the payment put on each invoice and
    has not given back yet. Whatever is left after both weighs on the credit, which then is
    owed to the city. The parts add up to ``cents``.
    """
    from_credit = min(max(credit, 0), cents)
    rest, parts = cents - from_credit, []
    for line in lines:
        taken = min(rest, line.cents)
        if taken > 0:
            parts.append(Share(line.invoice_id, taken))
            rest -= taken
    from_credit += rest
    return [Share(None, from_credit), *parts] if from_credit else parts
