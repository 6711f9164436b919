"""API operations of the stock: levels, movements, and what a partner moves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from classrooms.access import FLEET_STAFF
from classrooms.models import Depot
from classrooms.queries.devices import printable
from classrooms.stock import actions
from classrooms.stock.models import StockItem, StockLevel, StockMovement
from classrooms.stock.queries.levels import LevelFilter, levels_for
from classrooms.stock.schemas import LevelOut, MovementIn, MovementOut, level_out, movement_out
from core.access import get_visible, signed_in
from core.api import actor_of, allow_api, idempotent
from core.errors import RuleBroken
from core.paging import PAGE_PARAMETERS, Page, paginate
from enrolment.schools.models import School

router = Router(tags=["fleet-stock"])
_PLACES = ("item", "depot", "school")


@router.get("/levels", response=Page[LevelOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*FLEET_STAFF, scope="fleet:read")
def list_levels(
    request: HttpRequest, *, q: str = "", kind: str = "", low: bool = False
) -> dict[str, Any]:
    """List how many of each item are where; ``low`` keeps those below their minimum."""
    wanted = LevelFilter(text=q[:60], kind=kind, low=low)
    return paginate(levels_for(signed_in(request), wanted), request, item=level_out)


@router.get("/movements", response=Page[MovementOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*FLEET_STAFF, scope="fleet:read")
def list_movements(
    request: HttpRequest, since: dt.datetime | None = None, item: int | None = None, kind: str = ""
) -> dict[str, Any]:
    """List what came and left, first things first; ``since`` begins at an instant."""
    rows = StockMovement.objects.visible_to(signed_in(request)).select_related(*_PLACES)
    if since is not None:
        if since.tzinfo is None:
            raise RuleBroken("since", _("since : indiquez le fuseau horaire."), "since")
        rows = rows.filter(at__gte=since)
    if item is not None:
        rows = rows.filter(item=item) if 0 < item < 2**31 else rows.none()
    if kind := printable(kind):
        rows = rows.filter(kind=kind)
    return paginate(rows, request, order=("at",), item=movement_out)


@router.post("/movements", response={201: LevelOut})
@allow_api(*FLEET_STAFF, scope="fleet:write")
@idempotent
def create_movement(request: HttpRequest, body: MovementIn) -> tuple[int, dict[str, Any]]:
    """Note a delivery, a use or a count; answer with the level there is then."""
    item = get_visible(StockItem.objects, signed_in(request), pk=body.item)
    place, by = _place(request, body), actor_of(request)
    # A partner's reference is its own: it never meets another's, nor one of ours.
    ref = f"{by.via}:{body.ref}" if body.ref else ""
    if body.kind == "received":
        actions.receive(
            by=by,
            item=item,
            place=place,
            quantity=body.quantity,
            supplier=body.supplier,
            unit_cents=body.unit_cents,
            ref=ref,
        )
    elif body.kind == "counted":
        actions.count(by=by, item=item, place=place, found=body.quantity)
    elif isinstance(place, Depot):
        actions.use_stock(
            by=by, item=item, depot=place, quantity=body.quantity, why=body.why, ref=ref
        )
    else:
        raise RuleBroken("place", _("On ne sort du stock que d’un atelier."), "depot")
    at = {"depot": place} if isinstance(place, Depot) else {"school": place}
    level = StockLevel.objects.select_related(*_PLACES).get(item=item, **at)
    return 201, level_out(level)


def _place(request: HttpRequest, body: MovementIn) -> Depot | School:
    """Return where it happens. Raises RuleBroken ``place`` unless one place is named."""
    user = signed_in(request)
    if bool(body.depot) == bool(body.school_uai):
        raise RuleBroken("place", _("Nommez une école ou un atelier."), "depot")
    found: Depot | School | None
    if body.depot:
        found = Depot.objects.visible_to(user).filter(code=body.depot).first()
    else:
        schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_STAFF)
        found = schools.filter(uai=body.school_uai).first()
    if found is None:
        raise Http404
    return found
