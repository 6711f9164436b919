"""What the API of the stock takes and gives."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Field, Schema

from classrooms.schemas import NO_CONTROL
from classrooms.stock.models import StockLevel, StockMovement


class LevelOut(Schema):
    """How many of an item are at a school or a workshop."""

    item: int
    name: str
    reference: str
    kind: str
    school_uai: str | None = None
    depot: str | None = None
    quantity: int
    minimum: int
    to_order: int
    counted_on: dt.date | None = None


class MovementOut(Schema):
    """What a place gained or, below nil, lost, and why."""

    id: int
    at: dt.datetime
    kind: str
    item: int
    name: str
    school_uai: str | None = None
    depot: str | None = None
    quantity: int
    unit_cents: int
    supplier: str
    why: str


class MovementIn(Schema):
    """Pieces that come to a place, leave it, or are counted there.

    One of ``school_uai`` and ``depot`` (its code) says where; ``quantity`` of ``counted`` is
    what was found. The same ``ref`` moves once.
    """

    kind: Literal["received", "used", "counted"]
    item: int = Field(ge=1, le=2**31)
    school_uai: str = Field("", max_length=8, pattern=NO_CONTROL)
    depot: str = Field("", max_length=20, pattern=NO_CONTROL)
    quantity: int = Field(ge=0, le=2**31)
    why: str = Field("", max_length=200, pattern=NO_CONTROL)
    supplier: str = Field("", max_length=80, pattern=NO_CONTROL)
    unit_cents: int | None = Field(None, ge=0, le=100_000_00)
    ref: str = Field("", max_length=28, pattern=r"^[\x21-\x7e]*$")


def _where(row: StockLevel | StockMovement) -> dict[str, str | None]:
    return {
        "school_uai": row.school.uai if row.school else None,
        "depot": row.depot.code if row.depot else None,
    }


def level_out(level: StockLevel) -> dict[str, Any]:
    """Return a level for LevelOut."""
    return {
        "item": level.item_id,
        "name": level.item.name,
        "reference": level.item.reference,
        "kind": level.item.kind,
        **_where(level),
        "quantity": level.quantity,
        "minimum": level.minimum,
        "to_order": level.to_order,
        "counted_on": level.counted_on,
    }


def movement_out(movement: StockMovement) -> dict[str, Any]:
    """Return a movement for MovementOut."""
    return {
        "id": movement.pk,
        "at": movement.at,
        "kind": movement.kind,
        "item": movement.item_id,
        "name": movement.item.name,
        **_where(movement),
        "quantity": movement.quantity,
        "unit_cents": movement.unit_cents,
        "supplier": movement.supplier,
        "why": movement.why,
    }
