"""The list of devices: what to keep, what to show, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from classrooms import rules
from classrooms.models import Device, DeviceCategory, FleetEvent
from core.accounts.models import User

#: Orders offered for the list, by their code in the address.
ORDERS = {
    "tag": ("asset_tag",),
    "-tag": ("-asset_tag",),
    "school": ("cart__school__name", "school__name", "cart__code", "slot", "asset_tag"),
    "age": ("purchased_on", "asset_tag"),
    "-age": ("-purchased_on", "asset_tag"),
}


@dataclass(frozen=True)
class DeviceFilter:
    """What a person asks to see of the fleet; empty means all."""

    text: str = ""
    school: int | None = None
    category: str = ""
    state: str = ""
    condition: str = ""
    cart: str = ""
    order: str = "tag"


def printable(text: str) -> str:
    """Return a text without what no keyboard types and no database takes (NUL and the like)."""
    return "".join(char for char in text if char.isprintable()).strip()


def search(text: str) -> Q:
    """Return the condition that a tag or serial contains what was typed, or a model is named so.

    Tags and serials are compared as stored: case, spaces and hyphens typed do not matter.
    """
    condition = Q(asset_tag__contains=rules.normalise_tag(text)) | Q(model__name__icontains=text)
    try:
        return condition | Q(serial__contains=rules.normalise_serial(text))
    except ValueError:
        return condition


def devices_for(user: User, wanted: DeviceFilter) -> QuerySet[Any]:
    """Return the devices a person may see, filtered and ordered, with all that a row shows."""
    rows: QuerySet[Any] = Device.objects.visible_to(user).with_holder()
    conditions = Q()
    if text := printable(wanted.text):
        conditions &= search(text)
    if wanted.school is not None:
        conditions &= Q(cart__school=wanted.school) | Q(school=wanted.school)
    if wanted.category:
        conditions &= Q(model__category__code=printable(wanted.category))
    if wanted.cart:
        conditions &= Q(cart__code=printable(wanted.cart))
    if wanted.condition:
        conditions &= Q(condition=printable(wanted.condition))
    if wanted.state == "out":
        conditions &= Q(open_hand_out__isnull=False)
    elif wanted.state:
        conditions &= Q(state=printable(wanted.state))
    else:
        conditions &= ~Q(state=Device.State.RETIRED)
    return (
        rows.filter(conditions)
        .select_related("model__category", "cart__school", "cart__depot", "school", "depot")
        .order_by(*ORDERS.get(wanted.order, ORDERS["tag"]))
    )


def history_of(user: User, device: Device) -> list[FleetEvent]:
    """Return what a person may read of a device's life, latest first."""
    return list(
        FleetEvent.objects.visible_to(user)
        .filter(device=device)
        .select_related(
            "actor",
            "school",
            "cart",
            "hand_out__class_group",
            "hand_out__teacher",
            "hand_out__school",
            "incident__swapped_with",
            "incident__device",
        )
        .order_by("-at", "-pk")
    )


def categories() -> list[DeviceCategory]:
    """Return every category, by name."""
    return list(DeviceCategory.objects.order_by("name"))


def identify(user: User, text: str) -> Device | None:
    """Return the device meant by a tag, a serial or a scanned label, if one may see it."""
    text = printable(text)
    token = text.rstrip("/").rsplit("/e/", 1)
    visible = Device.objects.visible_to(user)
    if len(token) == 2:
        by_label: Device | None = visible.filter(label_token=token[1]).first()
        return by_label
    condition = Q(asset_tag=rules.normalise_tag(text))
    try:
        condition |= Q(serial=rules.normalise_serial(text)) & ~Q(state=Device.State.RETIRED)
    except ValueError:
        return None
    found = list(visible.filter(condition)[:2])
    return found[0] if len(found) == 1 else None


def spares_for(user: User, device: Device, limit: int = 8) -> list[Device]:
    """Return spares that may replace a device: same category, same model and newest first."""
    spares = (
        Device.objects.visible_to(user)
        .available_spares()
        .filter(model__category=device.model.category_id)
        .exclude(pk=device.pk)
        .select_related("model", "depot", "school", "cart")
        .annotate(same=Case(When(model=device.model_id, then=0), default=1))
        .order_by("same", "-purchased_on", "asset_tag")
    )
    return list(spares[:limit])
