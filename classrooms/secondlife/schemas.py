"""What the API of the second life gives."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from ninja import Schema

from classrooms.secondlife.models import Departure, Lot
from classrooms.secondlife.queries.reuse import Count, Year


class DepartureOut(Schema):
    """One device's way out of service."""

    id: UUID
    asset_tag: str
    serial: str
    reason: str
    state: str
    destination: str
    proposed_at: dt.datetime
    decided_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


class LotOut(Schema):
    """Devices that leave together; ``devices`` are inventory numbers."""

    id: UUID
    number: str
    kind: str
    state: str
    recipient: str
    gone_on: dt.date | None = None
    slip_number: str
    weight_grams: int | None = None
    devices: list[str]


class CountOut(Schema):
    """Figures of a year: ours, and the two numbers of the decree with its rate."""

    renewed: int
    given: int
    recycled: int
    percent: int | None = None
    decree_given: int
    decree_stock: int
    decree_percent: int | None = None


class KindOut(CountOut):
    """Figures of one kind of device."""

    kind: str


class YearOut(CountOut):
    """Figures of a year, all devices and by kind; ``target`` is the decree's aim."""

    year: int
    target: int | None = None
    kinds: list[KindOut]


def departure_out(departure: Departure) -> dict[str, Any]:
    """Return a departure (read with its device) for DepartureOut."""
    return {
        "id": departure.public_id,
        "asset_tag": departure.device.asset_tag,
        "serial": departure.device.serial,
        "reason": departure.reason,
        "state": departure.state,
        "destination": departure.destination,
        "proposed_at": departure.proposed_at,
        "decided_at": departure.decided_at,
        "ended_at": departure.ended_at,
    }


def lot_out(lot: Lot) -> dict[str, Any]:
    """Return a lot (read with its recipient, lines and devices) for LotOut."""
    return {
        "id": lot.public_id,
        "number": lot.number,
        "kind": lot.kind,
        "state": lot.state,
        "recipient": lot.recipient.name,
        "gone_on": lot.gone_on,
        "slip_number": lot.slip_number,
        "weight_grams": lot.weight_grams,
        "devices": [line.device.asset_tag for line in lot.lines.all()],
    }


def count_out(count: Count) -> dict[str, Any]:
    """Return figures for CountOut."""
    return {
        "renewed": count.renewed,
        "given": count.given,
        "recycled": count.recycled,
        "percent": count.percent,
        "decree_given": count.decree_given,
        "decree_stock": count.decree_stock,
        "decree_percent": count.decree_percent,
    }


def year_out(year: Year) -> dict[str, Any]:
    """Return a year's figures for YearOut."""
    kinds = [{"kind": kind, **count_out(count)} for kind, count in year.by_kind]
    return {"year": year.year, "target": year.target, **count_out(year.all), "kinds": kinds}
