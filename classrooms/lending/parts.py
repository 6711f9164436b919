"""What movements add to the pages of a device and of a cart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from classrooms.access import runs_at
from classrooms.lending.models import AgreementLine, Reservation, TransferCart, TransferItem
from classrooms.lending.queries.calendar import monday_of
from classrooms.models import Cart, Device, HandOut, HandOutItem
from classrooms.panels import Panel
from classrooms.rules import GONE
from core import clock
from core.access import signed_in


def _start(thing: Cart | Device) -> str:
    if thing.school_id:
        return f"school:{thing.school_id}"
    return f"depot:{thing.depot_id}" if thing.depot_id else ""


def cart_acts(request: HttpRequest, cart: Cart) -> Panel | None:
    """Offer to reserve it, to have its loan signed, to send it elsewhere."""
    user = signed_in(request)
    leaving = TransferCart.objects.filter(cart=cart, is_open=True).exists()
    acts: dict[str, Any] = {}
    if cart.school_id and not leaving:
        acts["reserve"] = reverse("lending:reserve", args=[cart.code])
    unsigned = (
        HandOut.objects.visible_to(user)
        .open()
        .filter(cart=cart, agreement_line__isnull=True, reservation__isnull=True)
    )
    runs = runs_at(user, cart.school)
    if runs and (out := unsigned.first()) is not None:
        acts["sign"] = f"{reverse('lending:agreement_sign')}?out={out.public_id}"
    if runs and not leaving:
        plan = reverse("lending:transfer_plan")
        acts["send"] = f"{plan}?start={_start(cart)}&cart={cart.code}"
    return Panel("lending/_acts.html", acts, order=60) if acts else None


def device_acts(request: HttpRequest, device: Device) -> Panel | None:
    """Offer to have its loan signed, or to send it elsewhere if nothing stands against it."""
    if not runs_at(signed_in(request), device.current_school) or device.cart_id:
        return None
    out = HandOutItem.objects.out().filter(device=device).select_related("hand_out").first()
    if out is not None:
        signed = AgreementLine.objects.filter(hand_out=out.hand_out).exists()
        link = f"{reverse('lending:agreement_sign')}?out={out.hand_out.public_id}"
        return None if signed else Panel("lending/_acts.html", {"sign": link}, order=60)
    if device.state in GONE:
        return None
    if TransferItem.objects.filter(device=device, is_open=True).exists():
        return None
    plan = reverse("lending:transfer_plan")
    link = f"{plan}?start={_start(device)}&device={device.asset_tag}"
    return Panel("lending/_acts.html", {"send": link}, order=60)


def cart_room(request: HttpRequest, cart: Cart) -> Panel | None:
    """Show where it is going, and who counts on it in the coming days."""
    part = (
        TransferCart.objects.visible_to(signed_in(request))
        .filter(cart=cart, is_open=True)
        .select_related("transfer__to_school", "transfer__to_depot")
        .first()
    )
    today = clock.today()
    coming = (
        Reservation.objects.visible_to(signed_in(request))
        .filter(cart=cart, day__gte=today, state="booked")
        .select_related("teacher", "class_group")
        .order_by("day", "first_hour")
    )
    rows = list(coming[:5])
    if part is None and not rows:
        return None
    link = f"{reverse('lending:calendar')}?school={cart.school_id}&day={monday_of(today)}"
    context = {"transfer": part.transfer if part else None, "coming": rows, "link": link}
    return Panel("lending/_cart.html", context, order=40)


def device_room(request: HttpRequest, device: Device) -> Panel | None:
    """Show where it is going; of what is lost or stolen, who had it last."""
    item = (
        TransferItem.objects.visible_to(signed_in(request))
        .filter(device=device, is_open=True)
        .select_related("transfer__to_school", "transfer__to_depot")
        .first()
    )
    last = None
    if device.is_missing:
        held = HandOutItem.objects.visible_to(signed_in(request)).filter(device=device)
        last = (
            held.select_related("hand_out__class_group", "hand_out__teacher", "hand_out__school")
            .order_by("-out_at", "-pk")
            .first()
        )
    if item is None and last is None:
        return None
    return Panel(
        "lending/_device.html",
        {"transfer": item.transfer if item else None, "last": last},
        order=40,
    )
