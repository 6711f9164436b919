"""API operations of the classrooms app."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from classrooms import actions
from classrooms.access import FLEET_READERS, FLEET_STAFF, REPORTERS
from classrooms.models import Device, Incident
from classrooms.queries.devices import DeviceFilter, devices_for, identify, printable
from classrooms.queries.incidents import SHOWN
from classrooms.schemas import (
    DeviceCorrection,
    DeviceOut,
    IncidentIn,
    IncidentOut,
    SightingIn,
    SightingOut,
    device_out,
    incident_out,
)
from core import clock
from core.access import get_visible, signed_in
from core.api import actor_of, allow_api, idempotent
from core.errors import RuleBroken
from core.paging import PAGE_PARAMETERS, Page, paginate

router = Router(tags=["classrooms"])


@router.get("/devices", response=Page[DeviceOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*FLEET_READERS, scope="fleet:read")
def list_devices(
    request: HttpRequest, q: str = "", category: str = "", state: str = "", cart: str = ""
) -> dict[str, Any]:
    """List the devices one may see, by inventory number."""
    wanted = DeviceFilter(text=q[:60], category=category, state=state, cart=cart)
    rows = devices_for(signed_in(request), wanted)
    return paginate(rows, request, order=("asset_tag",), item=device_out)


@router.get("/devices/{tag}", response=DeviceOut)
@allow_api(*FLEET_READERS, scope="fleet:read")
def get_device(request: HttpRequest, tag: str) -> dict[str, Any]:
    """Return one device, by inventory or serial number."""
    return device_out(_device(request, tag))


@router.patch("/devices/{tag}", response=DeviceOut)
@allow_api(*FLEET_STAFF, scope="fleet:write")
@idempotent
def patch_device(request: HttpRequest, tag: str, body: DeviceCorrection) -> dict[str, Any]:
    """Correct a device's serial, network addresses, or its category's own fields."""
    device = _device(request, tag)
    facts: dict[str, Any] = {}
    if body.serial is not None:
        facts["serial"] = body.serial
    if body.macs is not None:
        facts["macs"] = body.macs
    extra = {key: _text(value) for key, value in body.extra.items()} or None
    actions.correct(by=actor_of(request), device=device, extra=extra, **facts)
    return device_out(devices_for(signed_in(request), DeviceFilter()).get(pk=device.pk))


def _text(value: Any) -> str:
    """Return a value as a person would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


@router.put("/devices/{tag}/last-seen", response=SightingOut)
@allow_api(*FLEET_STAFF, scope="fleet:write")
@idempotent
def put_last_seen(request: HttpRequest, tag: str, body: SightingIn) -> dict[str, Any]:
    """Note that a management server (MDM) saw a device; older sightings change nothing."""
    if body.seen_at.tzinfo is None:
        raise RuleBroken("seen_at", _("seen_at : indiquez le fuseau horaire."), "seen_at")
    if body.seen_at > clock.now():
        raise RuleBroken("seen_at", _("seen_at : cette date est dans le futur."), "seen_at")
    device = _device(request, tag)
    updated = actions.record_sighting(
        by=actor_of(request),
        device=device,
        seen_at=body.seen_at,
        os_version=body.os_version,
        battery_percent=body.battery_percent,
    )
    device.refresh_from_db(fields=["last_seen_at"])
    return {
        "asset_tag": device.asset_tag,
        "updated": updated,
        "last_seen_at": device.last_seen_at,
    }


@router.get("/incidents", response=Page[IncidentOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*REPORTERS, scope="fleet:read")
def list_incidents(request: HttpRequest, state: str = "") -> dict[str, Any]:
    """List the faults one may see, oldest first."""
    rows = Incident.objects.visible_to(signed_in(request)).select_related(*SHOWN)
    if state := printable(state):
        rows = rows.filter(state=state)
    return paginate(rows, request, order=("reported_at",), item=incident_out)


@router.post("/incidents", response={201: IncidentOut, 200: IncidentOut})
@allow_api(*REPORTERS, scope="fleet:write")
@idempotent
def create_incident(request: HttpRequest, body: IncidentIn) -> tuple[int, dict[str, Any]]:
    """Report a fault; 200 with the known incident when the device has one open already."""
    device = get_visible(Device.objects, signed_in(request), asset_tag=body.asset_tag)
    incident, is_new = actions.report(
        by=actor_of(request), device=device, kind=body.kind, description=body.description
    )
    return (201 if is_new else 200), incident_out(incident)


def _device(request: HttpRequest, text: str) -> Device:
    """Return the device that a tag or serial names, among those one may see."""
    user = signed_in(request)
    found = identify(user, text)
    if found is None:
        raise Http404
    device: Device | None = devices_for(user, DeviceFilter()).filter(pk=found.pk).first()
    return device if device is not None else found
