"""The list of devices: what to keep, what to show, in which order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from classrooms import extras, rules
from classrooms.extras import ExtraField
from classrooms.models import Cart, Device, DeviceAddress, DeviceCategory, FleetEvent
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
    extra: tuple[tuple[str, Any], ...] = ()
    order: str = "tag"


def printable(text: str) -> str:
    """Return a text without what no keyboard types and no database takes (NUL and the like)."""
    return "".join(char for char in text if char.isprintable()).strip()


def _addressed(text: str) -> Q:
    """Return the condition that a device has this network address; nothing for another text."""
    try:
        mac = rules.normalise_mac(text)
    except ValueError:
        return Q()
    return Q(pk__in=DeviceAddress.objects.filter(mac=mac).values("device"))


def search(text: str) -> Q:
    """Return the condition that a tag or serial contains what was typed, or a model is named so.

    A whole network address finds the device that has it.

    Tags and serials are compared as stored: case, spaces and hyphens typed do not matter.
    """
    condition = Q(asset_tag__contains=rules.normalise_tag(text)) | Q(model__name__icontains=text)
    condition |= _addressed(text)
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
    for key, value in wanted.extra:
        conditions &= Q(**{f"extra__{key}": value})
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


@dataclass(frozen=True)
class Offered:
    """What the list's filters offer: categories with the fields one may choose by, carts."""

    categories: list[tuple[str, str]]
    fields: dict[str, list[ExtraField]]
    carts: list[tuple[str, str]]


def offered(user: User, *, school: int | None, cart: str | None) -> Offered:
    """Return what the filters offer, in one query: the page asks few in all.

    Carts are those of a school, else the one named; ``cart`` None offers all one may see.
    """
    text = models.TextField()
    kinds = DeviceCategory.objects.order_by().values_list(
        *("code", "name", Cast("fields", text), Value("category", text))
    )
    carts = Cart.objects.visible_to(user).order_by()
    if school is not None:
        carts = carts.filter(school=school)
    elif cart is not None:
        carts = carts.filter(code=cart)
    if school is None and cart == "":
        rows = list(kinds)
    else:
        place = Coalesce("school__name", "depot__name")
        rows = list(kinds.union(carts.values_list("code", "name", place, Value("cart", text))))
    found = Offered([], {}, [])
    for code, name, more, kind in sorted(rows, key=lambda row: (row[1].casefold(), row[0])):
        if kind == "category":
            found.categories.append((code, name))
            fields = extras.fields_of(json.loads(more))
            found.fields[code] = [field for field in fields if field.kind in ("choice", "bool")]
        else:
            found.carts.append((code, f"{code} · {name} · {more}"))
    found.carts.sort()
    return found


def identify(user: User, text: str) -> Device | None:
    """Return the device meant by a tag, a serial or a scanned label, if one may see it."""
    text = printable(text)
    token = text.rstrip("/").rsplit("/e/", 1)
    visible = Device.objects.visible_to(user)
    if len(token) == 2:
        by_label: Device | None = visible.filter(label_token=token[1]).first()
        return by_label
    condition = Q(asset_tag=rules.normalise_tag(text))
    condition |= _addressed(text)
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
