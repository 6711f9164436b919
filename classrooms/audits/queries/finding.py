"""What scanned texts name, among what a person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from classrooms.audits import rules
from classrooms.models import Cart, Device
from core.accounts.models import User

_PLACE = ("model__category", "cart__school", "cart__depot", "school", "depot")


def devices_named(user: User, texts: Iterable[str]) -> dict[str, Device]:
    """Return the device that each text names; in one query, whatever their number.

    A text that names nothing one may see, or two things, is left out: who asks cannot tell
    what is unknown from what is another school's.
    """
    meant = {text: rules.readings(text) for text in texts}
    every = [reading for found in meant.values() for reading in found]
    tokens = {reading.token for reading in every if reading.token}
    tags = {reading.tag for reading in every if reading.tag}
    serials = {reading.serial for reading in every if reading.serial}
    if not every:
        return {}
    rows = (
        Device.objects.visible_to(user)
        .filter(
            Q(label_token__in=tokens)
            | Q(asset_tag__in=tags)
            | (Q(serial__in=serials) & ~Q(state=Device.State.RETIRED))
        )
        .select_related(*_PLACE)
    )
    by_token: dict[str, Device] = {}
    by_number: dict[str, set[Device]] = defaultdict(set)
    for device in rows:
        by_token[device.label_token] = device
        by_number[f"tag {device.asset_tag}"].add(device)
        if device.state != Device.State.RETIRED:
            by_number[f"serial {device.serial}"].add(device)
    named: dict[str, Device] = {}
    for text, found in meant.items():
        for reading in found:
            if reading.token:
                things = {by_token[reading.token]} if reading.token in by_token else set()
            else:
                things = by_number.get(f"tag {reading.tag}", set()) | by_number.get(
                    f"serial {reading.serial}", set()
                )
            if len(things) == 1:
                named[text] = things.pop()
                break
    return named


def cart_named(user: User, text: str) -> Cart | None:
    """Return the cart that a text names, if one may see it."""
    for reading in rules.readings(text):
        condition = Q(label_token=reading.token) if reading.token else Q(code=reading.tag)
        cart: Cart | None = (
            Cart.objects.visible_to(user)
            .filter(condition)
            .select_related("school", "depot")
            .first()
        )
        if cart is not None:
            return cart
    return None


def thing_named(user: User, text: str) -> Device | Cart | None:
    """Return the device or cart that a text names, if one may see it."""
    return devices_named(user, [text]).get(text) or cart_named(user, text)
