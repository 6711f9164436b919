"""API operations of the second life: what leaves, in which lots, and the rates."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Router

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.queries.devices import printable
from classrooms.secondlife.models import Departure, Lot, LotLine
from classrooms.secondlife.queries.reuse import reuse
from classrooms.secondlife.schemas import (
    DepartureOut,
    LotOut,
    YearOut,
    departure_out,
    lot_out,
    year_out,
)
from core import clock
from core.access import signed_in
from core.api import allow_api
from core.paging import PAGE_PARAMETERS, Page, paginate

router = Router(tags=["fleet-second-life"])


@router.get("/departures", response=Page[DepartureOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*FLEET_STAFF, scope="fleet:read")
def list_departures(request: HttpRequest, state: str = "") -> dict[str, Any]:
    """List the devices on their way out of service, so that other tools part with them too.

    ``state``: proposed, decided, gone, refused or reused.
    """
    rows = Departure.objects.visible_to(signed_in(request)).select_related("device")
    if state := printable(state):
        rows = rows.filter(state=state)
    return paginate(rows, request, order=("proposed_at",), item=departure_out)


@router.get("/lots", response=Page[LotOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*FLEET_STAFF, scope="fleet:read")
def list_lots(request: HttpRequest, state: str = "") -> dict[str, Any]:
    """List the lots that leave the city, latest first, with their devices."""
    user = signed_in(request)
    lines = LotLine.objects.visible_to(user).select_related("device")
    rows = Lot.objects.visible_to(user).select_related("recipient")
    if state := printable(state):
        rows = rows.filter(state=state)
    rows = rows.prefetch_related(Prefetch("lines", lines))
    return paginate(rows, request, order=("-opened_at",), item=lot_out)


@router.get("/reuse", response=list[YearOut])
@allow_api(*FLEET_MANAGERS, scope="fleet:read")
def list_reuse(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how much of what left service served again, by year, latest first."""
    return [year_out(year) for year in reuse(signed_in(request), clock.today())]
