"""Lists of transfers, and what they hold."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from classrooms import rules
from classrooms.lending.models import Transfer, TransferCart, TransferItem
from classrooms.models import Cart, Depot, Device, HandOut
from classrooms.queries.devices import printable
from core.accounts.models import User
from enrolment.schools.models import School

PLACES = ("from_school", "from_depot", "to_school", "to_depot")


@dataclass(frozen=True)
class TransferFilter:
    """What a person asks to see; empty means what is not over."""

    state: str = ""
    school: int | None = None
    number: int | None = None


def on_the_way() -> QuerySet[Any]:
    """Return the devices between two places: nobody hands them out."""
    return TransferItem.objects.on_the_way()


def transfers_for(user: User, wanted: TransferFilter) -> QuerySet[Any]:
    """Return the transfers a person may see, those to do first, with how much they hold."""
    rows: Any = Transfer.objects.visible_to(user).select_related(*PLACES)
    if wanted.number is not None:
        rows = rows.filter(pk=wanted.number)
    elif wanted.state and wanted.state != "all":
        rows = rows.filter(state=wanted.state)
    elif not wanted.state:
        rows = rows.open()
    if wanted.school is not None:
        rows = rows.filter(Q(from_school=wanted.school) | Q(to_school=wanted.school))
    # What is on its way comes first: somebody waits for it.
    order = ("-planned_at", "-pk") if wanted.state else ("state", "planned_for", "-pk")
    ordered: QuerySet[Any] = rows.annotate(
        size=Count("items", distinct=True),
        missing=Count("items", filter=Q(items__outcome="missing"), distinct=True),
        trolleys=Count("carts", distinct=True),
    ).order_by(*order)
    return ordered


def meant(transfer: Transfer, text: str) -> Device | Cart | None:
    """Return the device or cart of a transfer meant by a tag, a serial, a code or a label.

    Whoever may receive a transfer may scan all of it, also what is not yet hers to see.
    """
    text = printable(text)
    label = text.rstrip("/").rsplit("/e/", 1)
    carts = Cart.objects.filter(transfers__transfer=transfer)
    devices = Device.objects.filter(transfer_items__transfer=transfer)
    if len(label) == 2:
        cart: Cart | None = carts.filter(label_token=label[1]).first()
        return cart or devices.filter(label_token=label[1]).first()
    tag = rules.normalise_tag(text)
    condition = Q(asset_tag=tag)
    with suppress(ValueError):
        condition |= Q(serial=rules.normalise_serial(text))
    found: Device | None = devices.filter(condition).first()
    return found or carts.filter(code=tag).first()


@dataclass(frozen=True)
class Load:
    """What could leave from a place: carts with nobody, devices that stand by themselves."""

    carts: list[Cart]
    devices: list[Device]
    more: bool


def load_of(user: User, place: School | Depot, limit: int = 60) -> Load:
    """Return what a person may send off from a place."""
    at: dict[str, Any] = {"school" if isinstance(place, School) else "depot": place}
    out = HandOut.objects.open().filter(cart__isnull=False)
    carts = (
        Cart.objects.visible_to(user)
        .filter(**at)
        .exclude(pk__in=out.values("cart"))
        .exclude(pk__in=TransferCart.objects.filter(is_open=True).values("cart"))
        .annotate(inside=Count("devices"))
        .order_by("code")
    )
    devices = (
        Device.objects.visible_to(user)
        .present()
        .with_holder()
        .filter(open_hand_out__isnull=True, **at)
        .exclude(pk__in=TransferItem.objects.filter(is_open=True).values("device"))
        .select_related("model")
        .order_by("state", "asset_tag")
    )
    rows = list(devices[: limit + 1])
    return Load(list(carts), rows[:limit], len(rows) > limit)
