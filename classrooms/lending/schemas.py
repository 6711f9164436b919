"""What the API of transfers takes and gives."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from classrooms.lending.models import Transfer, TransferItem
from classrooms.schemas import NO_CONTROL
from enrolment.schools.models import School


class PlaceOut(Schema):
    """A school, by its UAI, or a workshop, by its code."""

    kind: Literal["school", "depot"]
    code: str
    name: str


class TransferOut(Schema):
    """A journey of devices and carts from one place to another."""

    id: UUID
    number: str
    state: str
    origin: PlaceOut
    destination: PlaceOut
    reason: str
    planned_for: dt.date | None = None
    planned_at: dt.datetime
    dispatched_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    devices: int
    carts: int


class TransferItemOut(Schema):
    """One device of a transfer; ``outcome`` says good, damaged or missing once it has ended."""

    asset_tag: str
    serial: str
    cart: str | None = None
    slot: int | None = None
    seen_at: dt.datetime | None = None
    outcome: str = ""


class TransferDetailOut(TransferOut):
    """A transfer and all that is in it."""

    items: list[TransferItemOut]


class ArrivalIn(Schema):
    """What became of one device."""

    asset_tag: str = Field(max_length=20, pattern=NO_CONTROL)
    outcome: Literal["good", "damaged", "missing"]


class ReceiptIn(Schema):
    """What arrived: every device of the transfer, by name or among the ``others``."""

    items: list[ArrivalIn] = Field(default_factory=list, max_length=1000)
    others: Literal["good", "missing"] | None = None


def place_out(place: Any) -> dict[str, str]:
    """Return a school or a workshop for PlaceOut."""
    if isinstance(place, School):
        return {"kind": "school", "code": place.uai, "name": place.name}
    return {"kind": "depot", "code": place.code, "name": place.name}


def transfer_out(transfer: Transfer) -> dict[str, Any]:
    """Return a transfer (read by ``transfers_for``) for TransferOut."""
    facts: Any = transfer
    return {
        "id": transfer.public_id,
        "number": str(transfer),
        "state": transfer.state,
        "origin": place_out(transfer.origin),
        "destination": place_out(transfer.destination),
        "reason": transfer.reason,
        "planned_for": transfer.planned_for,
        "planned_at": transfer.planned_at,
        "dispatched_at": transfer.dispatched_at,
        "ended_at": transfer.ended_at,
        "devices": facts.size,
        "carts": facts.trolleys,
    }


def item_out(item: TransferItem) -> dict[str, Any]:
    """Return a device of a transfer for TransferItemOut."""
    return {
        "asset_tag": item.device.asset_tag,
        "serial": item.device.serial,
        "cart": item.cart.code if item.cart else None,
        "slot": item.slot,
        "seen_at": item.seen_at,
        "outcome": item.outcome,
    }
