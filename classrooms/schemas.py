"""What the API of the fleet takes and gives."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from classrooms.models import Device, Incident

Kind = Literal["screen", "power", "keyboard", "charging", "lost", "other"]


#: Text without control characters, line ends apart.
NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


class DeviceOut(Schema):
    """A device as a management server or a partner sees it."""

    asset_tag: str
    serial: str
    category: str
    maker: str
    model: str
    state: str
    condition: str
    school_uai: str | None = None
    cart: str | None = None
    slot: int | None = None
    handed_out: bool
    purchased_on: dt.date | None = None
    warranty_end: dt.date | None = None
    macs: list[str] = []
    extra: dict[str, str | bool] = {}
    os_version: str = ""
    battery_percent: int | None = None
    last_seen_at: dt.datetime | None = None


class DeviceCorrection(Schema):
    """What a device's sheet should say; what is left out stays, null takes a value away.

    ``extra`` names fields of the device's category by key: numbers and days as text or as
    they are, yes or no as true or false.
    """

    serial: str | None = Field(None, max_length=60, pattern=NO_CONTROL)
    macs: list[Annotated[str, Field(max_length=40, pattern=NO_CONTROL)]] | None = Field(
        None, max_length=4
    )
    extra: dict[
        Annotated[str, Field(max_length=30, pattern=NO_CONTROL)],
        Annotated[str, Field(max_length=120, pattern=NO_CONTROL)] | bool | int | float | None,
    ] = Field(default_factory=dict, max_length=15)


def device_out(device: Device) -> dict[str, Any]:
    """Return a device (read with its place and ``open_hand_out``) for DeviceOut."""
    school = device.current_school
    return {
        "asset_tag": device.asset_tag,
        "serial": device.serial,
        "category": device.model.category.code,
        "maker": device.model.maker,
        "model": device.model.name,
        "state": device.state,
        "condition": device.condition,
        "school_uai": school.uai if school else None,
        "cart": device.cart.code if device.cart else None,
        "slot": device.slot,
        "handed_out": getattr(device, "open_hand_out", None) is not None,
        "purchased_on": device.purchased_on,
        "warranty_end": device.warranty_end,
        "macs": device.macs,
        "extra": device.extra,
        "os_version": device.os_version,
        "battery_percent": device.battery_percent,
        "last_seen_at": device.last_seen_at,
    }


class IncidentIn(Schema):
    """A fault to report."""

    asset_tag: str = Field(max_length=20, pattern=NO_CONTROL)
    kind: Kind
    description: str = Field("", max_length=500, pattern=NO_CONTROL)


class IncidentOut(Schema):
    """A fault as its reporter or the staff see it."""

    id: UUID
    asset_tag: str
    kind: str
    description: str
    priority: int
    state: str
    outcome: str
    reported_at: dt.datetime
    answer_by: dt.date
    closed_at: dt.datetime | None = None
    swapped_with: str | None = None


def incident_out(incident: Incident) -> dict[str, Any]:
    """Return an incident for IncidentOut."""
    return {
        "id": incident.public_id,
        "asset_tag": incident.device.asset_tag,
        "kind": incident.kind,
        "description": incident.description,
        "priority": incident.priority,
        "state": incident.state,
        "outcome": incident.outcome,
        "reported_at": incident.reported_at,
        "answer_by": incident.answer_by,
        "closed_at": incident.closed_at,
        "swapped_with": incident.swapped_with.asset_tag if incident.swapped_with else None,
    }


class SightingIn(Schema):
    """That a device was online at an instant, as its management server saw it."""

    seen_at: dt.datetime
    os_version: str = Field("", max_length=40, pattern=NO_CONTROL)
    battery_percent: int | None = Field(None, ge=0, le=100)


class SightingOut(Schema):
    """Whether the sighting was newer than what was known."""

    asset_tag: str
    updated: bool
    last_seen_at: dt.datetime | None
