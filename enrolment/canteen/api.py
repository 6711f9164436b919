"""API operations of the canteen app."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from core.access import signed_in
from core.accounts.roles import Role
from core.api import actor_of, allow_api, idempotent
from core.paging import PAGE_PARAMETERS, Page, paginate
from enrolment.canteen import access, schemas
from enrolment.canteen.actions import attendance, orders, registrations
from enrolment.canteen.actions.bookings import change_meal
from enrolment.canteen.forms import parse_month
from enrolment.canteen.models import Diet, Kitchen, KitchenOrder, Menu
from enrolment.canteen.months import load_month
from enrolment.canteen.pricing import price_for
from enrolment.canteen.rules.orders import Quantities, differences
from enrolment.canteen.views.attendance import roll_of, schools_of
from enrolment.canteen.views.families import BOOKERS
from enrolment.canteen.views.registration import year_to_register
from enrolment.schools.models import School
from families.models import Child

router = Router(tags=["canteen"])


@router.get("/menus", response=Page[schemas.MenuOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(Role.GUARDIAN, *access.SERVICE_STAFF, scope="menus:read")
def menus(request: HttpRequest, start: dt.date, end: dt.date) -> Any:
    """List menus from ``start`` to ``end``, both included."""
    rows = Menu.objects.visible_to(signed_in(request)).filter(day__range=(start, end))
    return paginate(
        rows.select_related("kitchen").prefetch_related("courses"),
        request,
        order=("day", "pk"),
        item=lambda menu: {
            "day": menu.day,
            "kitchen": menu.kitchen.code,
            "theme": menu.theme,
            "courses": list(menu.courses.all()),
        },
    )


def _child(request: HttpRequest, reference: str) -> Child:
    child: Child = get_object_or_404(access.diners(signed_in(request)), reference=reference)
    return child


@router.get("/children/{reference}/months/{year}/{month}", response=schemas.MonthOut)
@allow_api(*BOOKERS, scope="")
def child_month(request: HttpRequest, reference: str, year: int, month: int) -> Any:
    """Return a child's month: what is booked, until when each day may change, the menus."""
    first = parse_month(year, month)
    if first is None:
        raise Http404
    user = signed_in(request)
    child = _child(request, reference)
    loaded = load_month(child, first, by_staff=access.acts_as_staff(user, child))
    price = price_for(user, child, first)
    return {
        "child": child.reference,
        "month": first,
        "meals": loaded.meals,
        "unit_price_cents": price.unit_price_cents if price else None,
        "tariff_band": price.band if price else None,
        "days": loaded.days,
    }


@router.post("/children/{reference}/meals", response=schemas.BookingOut)
@allow_api(*BOOKERS, scope="")
@idempotent
def change(request: HttpRequest, reference: str, body: schemas.BookingIn) -> Any:
    """Book or cancel a meal before its cut-off; 409 says why not."""
    child = _child(request, reference)
    booking = change_meal(
        by=actor_of(request),
        child=child,
        day=body.day,
        wanted=body.wanted,
        staff=access.acts_as_staff(signed_in(request), child),
    )
    return {
        "child": child.reference,
        "day": body.day,
        "state": booking.state if booking else "none",
        "diet": booking.diet if booking else "",
    }


@router.post("/registrations", response=schemas.RegistrationOut)
@allow_api(*BOOKERS, scope="")
@idempotent
def register(request: HttpRequest, body: schemas.RegistrationIn) -> Any:
    """Register a child for the canteen of its school year."""
    child = _child(request, body.child)
    year = year_to_register(child)
    if year is None:
        raise Http404
    registration = registrations.register(
        by=actor_of(request),
        child=child,
        school_year=year,
        starts_on=body.starts_on,
        weekdays=body.weekdays,
        diet=body.diet,
        rules_accepted=body.rules_accepted,
    )
    return {
        "child": child.reference,
        "school_year": str(year),
        "starts_on": registration.starts_on,
    }


@router.post("/schools/{uai}/attendance", response=schemas.BookingOut)
@allow_api(*access.TICKERS, scope="")
@idempotent
def tick(request: HttpRequest, uai: str, body: schemas.TickIn) -> Any:
    """Tick one child's meal."""
    user = signed_in(request)
    school: School = get_object_or_404(schools_of(user), uai=uai)
    children = Child.objects.filter(pk__in=roll_of(user, school, body.day).values("child"))
    child = get_object_or_404(children, reference=body.child)
    if body.state not in ("served", "absent", "booked"):
        raise Http404
    booking = attendance.tick(
        by=actor_of(request), school=school, day=body.day, child=child, state=body.state
    )
    return {
        "child": child.reference,
        "day": body.day,
        "state": booking.state,
        "diet": booking.diet if access.ticks_whole_school(user, school) else "",
    }


@router.get("/kitchen-orders", response=Page[schemas.OrderOut], openapi_extra=PAGE_PARAMETERS)
@allow_api(*access.SERVICE_STAFF, scope="kitchen-orders:read")
def kitchen_orders(request: HttpRequest, kitchen: str = "", day: dt.date | None = None) -> Any:
    """List the orders sent, newest day first; numbers only, never a name."""
    rows = KitchenOrder.objects.select_related("kitchen")
    if kitchen:
        rows = rows.filter(kitchen__code=kitchen)
    if day:
        rows = rows.filter(day=day)
    return paginate(rows, request, order=("-day", "kitchen_id", "-version"), item=_order)


@router.get("/kitchen-orders/{kitchen}/{day}", response=schemas.OrderDetail)
@allow_api(*access.SERVICE_STAFF, scope="kitchen-orders:read")
def kitchen_order(
    request: HttpRequest, kitchen: str, day: dt.date, version: int | None = None
) -> Any:
    """Return a day's order with its lines: the newest version unless another is asked for."""
    found = get_object_or_404(Kitchen, code=kitchen)
    rows = KitchenOrder.objects.filter(kitchen=found, day=day).order_by("-version")
    if version is not None:
        rows = rows.filter(version=version)
    order = rows.first()
    if order is None:
        raise Http404
    earlier = KitchenOrder.objects.filter(kitchen=found, day=day, version=order.version - 1).first()
    now = orders.quantities_of(order)
    before = orders.quantities_of(earlier) if earlier else now
    schools = {
        school.pk: school
        for school in School.objects.filter(refectory__kitchen=found).select_related("refectory")
    }
    changes = {(row.school_id, row.diet): row.change for row in differences(before, now)}
    return {**_order(order), "lines": _lines(schools, now), "changes": _lines(schools, changes)}


def _order(order: KitchenOrder) -> dict[str, Any]:
    return {
        "kitchen": order.kitchen.code,
        "day": order.day,
        "version": order.version,
        "sent_at": order.sent_at,
        "total": order.total,
    }


def _lines(schools: dict[int, School], counted: Quantities) -> list[dict[str, Any]]:
    rank = {code: number for number, code in enumerate(Diet.values)}
    rows = [
        {
            "uai": schools[school].uai,
            "school": schools[school].name,
            "route": schools[school].refectory.route,
            "stop": schools[school].refectory.stop,
            "diet": diet,
            "quantity": meals,
        }
        for (school, diet), meals in counted.items()
        if school in schools
    ]
    return sorted(rows, key=lambda r: (r["route"], r["stop"], r["uai"], rank[r["diet"]]))
