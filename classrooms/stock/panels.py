"""What the stock puts on the sheets of devices and carts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from classrooms.access import FLEET_STAFF
from classrooms.models import Cart, Device
from classrooms.panels import Panel
from classrooms.stock.models import SimCard
from core.access import signed_in


def device_sim(request: HttpRequest, device: Device) -> Panel | None:
    """Show the SIM card of a device, if it has one."""
    return _panel(request, device=device)


def cart_sim(request: HttpRequest, cart: Cart) -> Panel | None:
    """Show the SIM card of a cart's router, if it has one."""
    return _panel(request, cart=cart)


def _panel(request: HttpRequest, **place: Any) -> Panel | None:
    user = signed_in(request)
    if not user.has_role(*FLEET_STAFF):
        return None
    sims = SimCard.objects.visible_to(user).filter(**place).exclude(state=SimCard.State.ENDED)
    found = list(sims.order_by("state", "iccid"))
    device = place.get("device")
    gone = device is not None and device.is_missing
    to_block = next((sim for sim in found if gone and sim.state == SimCard.State.ACTIVE), None)
    shown = {"sims": found, "to_block": to_block}
    return Panel("stock/_sim_panel.html", shown, order=80) if found else None
