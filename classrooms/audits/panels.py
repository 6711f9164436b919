"""What counts and labels add to the fleet's own pages."""

from __future__ import annotations

from django.http import HttpRequest

from classrooms.access import FLEET_STAFF, runs_at
from classrooms.audits.models import Audit, AuditLine, LabelPrint
from classrooms.models import Cart, Device
from classrooms.panels import Panel
from core.access import signed_in


def device_label_act(request: HttpRequest, device: Device) -> Panel | None:
    """Offer to print a device's label."""
    if not runs_at(signed_in(request), device.current_school):
        return None
    return Panel("audits/_label_act.html", {"device": device}, order=80)


def cart_acts(request: HttpRequest, cart: Cart) -> Panel | None:
    """Offer to print a cart's labels."""
    if not runs_at(signed_in(request), cart.school):
        return None
    return Panel("audits/_label_act.html", {"cart": cart}, order=80)


def cart_count_act(request: HttpRequest, cart: Cart) -> Panel | None:
    """Offer to count a cart, or to go on with the count."""
    if not runs_at(signed_in(request), cart.school):
        return None
    audit = Audit.objects.open().filter(cart=cart, school=cart.school_id).first()
    return Panel("audits/_count_act.html", {"cart": cart, "audit": audit}, order=20)


def device_seen_act(request: HttpRequest, device: Device) -> Panel | None:
    """Offer to say that one sees a device, while its place is being counted.

    So a telephone whose browser reads no codes counts too: its camera opens the device's sheet.
    """
    if not runs_at(signed_in(request), device.current_school):
        return None
    place = {"cart": device.cart} if device.cart_id else {"cart": None, "school": device.school}
    audit = Audit.objects.visible_to(signed_in(request)).open().filter(**place).first()
    if audit is None or audit.has_left or (device.cart_id is None and device.school_id is None):
        return None
    if audit.scans.standing().filter(device=device).exists():
        return None
    return Panel("audits/_seen_act.html", {"device": device, "audit": audit}, order=10)


def device_counts(request: HttpRequest, device: Device) -> Panel | None:
    """Tell when a device was last looked for, and whether it was there."""
    lines = list(
        AuditLine.objects.visible_to(signed_in(request))
        .filter(device=device)
        .select_related("audit__cart", "audit__school")
        .order_by("-audit__closed_at")[:5]
    )
    return Panel("audits/_counts.html", {"lines": lines}, order=85) if lines else None


def list_acts(request: HttpRequest, query: str) -> Panel | None:
    """Offer to print the labels of the list as filtered."""
    if not signed_in(request).has_role(*FLEET_STAFF):
        return None
    return Panel("audits/_label_act.html", {"query": query, "list": True}, order=80)


def device_prints(request: HttpRequest, device: Device) -> Panel | None:
    """Tell when a device's label was printed, by whom and why."""
    prints = list(
        LabelPrint.objects.visible_to(signed_in(request))
        .filter(device=device)
        .select_related("by")[:10]
    )
    return Panel("audits/_prints.html", {"prints": prints}, order=90) if prints else None
