"""SIM cards as pages and tables show them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from classrooms import rules as fleet_rules
from classrooms.models import Cart, Device
from classrooms.queries.devices import identify, printable
from classrooms.stock.models import SimCard
from core.accounts.models import User

SHOWN = (
    *("device__cart__school", "device__cart__depot", "device__school", "device__depot"),
    *("cart__school", "cart__depot", "depot"),
)


def sims_for(user: User, *, text: str = "", state: str = "", operator: str = "") -> QuerySet[Any]:
    """Return the cards a person may see, filtered; ended ones only when asked for."""
    rows: QuerySet[Any] = SimCard.objects.visible_to(user).select_related(*SHOWN)
    if text := printable(text):
        digits = "".join(char for char in text if char.isdigit())
        condition = Q(contract__icontains=text) | Q(
            device__asset_tag__contains=fleet_rules.normalise_tag(text)
        )
        condition |= Q(cart__code__contains=fleet_rules.normalise_tag(text))
        if digits:
            condition |= Q(iccid__contains=digits) | Q(phone__contains=digits)
        rows = rows.filter(condition)
    if operator := printable(operator):
        rows = rows.filter(operator=operator)
    if state := printable(state):
        rows = rows.filter(state=state)
    else:
        rows = rows.exclude(state=SimCard.State.ENDED)
    return rows.order_by("iccid")


def operators(user: User) -> list[str]:
    """Return the operators of the cards one may see."""
    rows = SimCard.objects.visible_to(user).order_by("operator")
    return list(rows.values_list("operator", flat=True).distinct())


def spares(user: User) -> list[SimCard]:
    """Return the cards in reserve."""
    rows = SimCard.objects.visible_to(user).filter(state=SimCard.State.SPARE)
    return list(rows.select_related("depot").order_by("operator", "iccid")[:100])


def target_of(user: User, text: str) -> Device | Cart | None:
    """Return the device or the cart that a number or a scanned label names, if one sees it."""
    device = identify(user, text)
    if device is not None:
        return device
    code = fleet_rules.normalise_tag(printable(text))
    cart: Cart | None = Cart.objects.visible_to(user).filter(code=code).first()
    return cart


def lost_count(user: User) -> int:
    """Return how many cards are lost and not blocked yet."""
    return SimCard.objects.visible_to(user).filter(state=SimCard.State.LOST).count()
