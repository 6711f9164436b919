"""What the workshop adds to the fleet's own pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from classrooms.access import FLEET_MANAGERS, runs_at
from classrooms.models import Cart, Device, Incident
from classrooms.panels import Panel
from classrooms.rules import GONE
from classrooms.workshop import rules
from classrooms.workshop.models import Claim, Repair
from classrooms.workshop.queries.faults import recurring_now
from core import clock
from core.access import signed_in


def _on_the_bench(device: Device) -> bool:
    return Repair.objects.open().filter(device=device).exists()


def device_acts(request: HttpRequest, device: Device) -> Panel | None:
    """Offer to swap, mend or claim a device."""
    if (
        not runs_at(signed_in(request), device.current_school)
        or device.state == Device.State.RETIRED
    ):
        return None
    return Panel(
        "workshop/_device_acts.html",
        {
            "device": device,
            "swaps": device.current_school is not None,
            "mends": device.state not in GONE and not _on_the_bench(device),
            "claims": device.state not in GONE
            and rules.under_warranty(device.warranty_end, clock.today()),
        },
        order=40,
    )


def device_repairs(request: HttpRequest, device: Device) -> Panel | None:
    """Tell what was mended and claimed of a device."""
    user = signed_in(request)
    if not runs_at(user, device.current_school):
        return None
    repairs = list(Repair.objects.visible_to(user).filter(device=device).order_by("-opened_at"))
    claims = list(Claim.objects.visible_to(user).filter(device=device).order_by("-opened_at"))
    if not repairs and not claims:
        return None
    return Panel("workshop/_history.html", {"repairs": repairs, "claims": claims}, order=40)


def cart_acts(request: HttpRequest, cart: Cart) -> Panel | None:
    """Offer to swap a device of a cart by two scans."""
    if not runs_at(signed_in(request), cart.school) or cart.school is None:
        return None
    return Panel("workshop/_cart_acts.html", {"cart": cart}, order=40)


def incident_acts(request: HttpRequest, incident: Incident) -> Panel | None:
    """Offer to mend or claim the device of an open fault."""
    device = incident.device
    if not incident.is_open or device.state in GONE:
        return None
    return Panel(
        "workshop/_device_acts.html",
        {
            "device": device,
            "swaps": False,
            "mends": not _on_the_bench(device),
            "claims": rules.under_warranty(device.warranty_end, clock.today()),
            "incident": True,
        },
        order=40,
    )


def incident_repairs(request: HttpRequest, incident: Incident) -> Panel | None:
    """Tell where the repair of a fault stands."""
    user = signed_in(request)
    repairs = list(Repair.objects.visible_to(user).filter(incident=incident))
    claims = list(Claim.objects.visible_to(user).filter(incident=incident))
    if not repairs and not claims:
        return None
    return Panel("workshop/_history.html", {"repairs": repairs, "claims": claims}, order=40)


def board_faults(request: HttpRequest, figures: Any) -> Panel | None:
    """Tell managers which models fail again and again."""
    if not signed_in(request).has_role(*FLEET_MANAGERS):
        return None
    found = recurring_now(clock.today())
    return Panel("workshop/_board.html", {"found": found[:6]}, order=60) if found else None
