"""What goes into the van: everything from one place, nothing that somebody has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from classrooms.actions.history import History
from classrooms.lending import rules
from classrooms.lending.models import Transfer, TransferCart, TransferItem
from classrooms.models import Cart, Device, FleetEvent, HandOut, HandOutItem
from core.errors import RuleBroken

#: A school's number or a depot's, the other None.
Place = tuple[int | None, int | None]


def lock_carts(pks: Iterable[int]) -> dict[int, Cart]:
    """Lock carts in the order of their numbers and return them as they are now."""
    rows = (
        Cart.objects.select_for_update(of=("self",), no_key=True)
        .select_related("school", "depot")
        .filter(pk__in=set(pks))
        .order_by("pk")
    )
    return {cart.pk: cart for cart in rows}


def place_of(thing: Device | Cart) -> Place:
    """Return the school and the depot where a thing stands, one of them None."""
    holder = thing.cart if isinstance(thing, Device) and thing.cart else thing
    return holder.school_id, holder.depot_id


def travellers(
    devices: Iterable[Device], carts: Mapping[int, Cart], *, to_school: bool
) -> list[Device]:
    """Return what travels: all that was chosen, and what of the carts can be found."""
    going, unfit = [], []
    for device in devices:
        in_cart = device.cart_id in carts
        if rules.may_travel(device.state, in_cart=in_cart, to_school=to_school):
            going.append(device)
        elif not in_cart:
            unfit.append(device)
    if unfit:
        raise RuleBroken(
            "unfit",
            _("%(tags)s : « %(state)s », ne peut pas partir.")
            % {"tags": tags_of(unfit), "state": unfit[0].get_state_display()},
            "devices",
        )
    return going


def one_place(devices: Sequence[Device], carts: Sequence[Cart]) -> Place:
    """Return the only place where all of it stands. Raises RuleBroken ``empty``, ``places``."""
    things: list[Device | Cart] = [*devices, *carts]
    places = {place_of(thing) for thing in things}
    if not places:
        raise RuleBroken("empty", _("Choisissez au moins un appareil ou un chariot."), "devices")
    if len(places) > 1:
        raise RuleBroken(
            "places", _("Un transfert part d’un seul lieu : faites-en un par lieu."), "devices"
        )
    return places.pop()


def refuse_planned(devices: Sequence[Device], carts: Mapping[int, Cart]) -> None:
    """Raise RuleBroken ``planned`` when one of them is in an open transfer."""
    item = (
        TransferItem.objects.filter(device__in=[d.pk for d in devices], is_open=True)
        .select_related("device", "transfer")
        .first()
    )
    part = TransferCart.objects.filter(cart__in=carts, is_open=True).select_related(
        "transfer", "cart"
    )
    taken = item or part.first()
    if taken is not None:
        name = taken.device.asset_tag if isinstance(taken, TransferItem) else taken.cart.code
        raise RuleBroken(
            "planned",
            _("%(name)s est déjà dans le transfert %(transfer)s.")
            % {"name": name, "transfer": taken.transfer},
            "devices",
        )


def refuse_handed_out(devices: Mapping[int, Device], carts: Mapping[int, Cart]) -> None:
    """Raise RuleBroken ``handed_out`` when somebody has one of them."""
    cart = HandOut.objects.open().filter(cart__in=carts).select_related("cart").first()
    if cart is not None:
        raise RuleBroken(
            "handed_out",
            _("Le chariot %(code)s est encore remis à « %(holder)s » : reprenez-le d’abord.")
            % {"code": cart.cart.code, "holder": cart.holder_name},
        )
    out = set(HandOutItem.objects.out().filter(device__in=devices).values_list("device", flat=True))
    if out:
        raise RuleBroken(
            "handed_out",
            _("%(tags)s : encore entre les mains de quelqu’un. Reprenez-le d’abord.")
            % {"tags": tags_of(devices[pk] for pk in sorted(out))},
        )


def load(
    transfer: Transfer, devices: Mapping[int, Device], carts: Mapping[int, Cart], history: History
) -> list[Device]:
    """Write what goes into the van now, and leave behind what cannot be found."""
    going = travellers(devices.values(), carts, to_school=transfer.to_school_id is not None)
    start = (transfer.from_school_id, transfer.from_depot_id)
    gone = [d for d in going if place_of(d) != start]
    if gone or any(place_of(cart) != start for cart in carts.values()):
        raise RuleBroken(
            "moved",
            _("%(tags)s n’est plus à « %(place)s » : retirez-le du transfert, ou annulez-le.")
            % {
                "tags": tags_of(gone) or ", ".join(cart.code for cart in carts.values()),
                "place": transfer.origin,
            },
        )
    away: dict[str, Any] = {
        "cart": None,
        "slot": None,
        "school": transfer.from_school,
        "depot": transfer.from_depot,
    }
    for device in devices.values():
        if device not in going:
            history.tell(device, FleetEvent.Kind.MOVED, **away)
    numbers = {device.pk for device in going}
    transfer.items.exclude(device__in=numbers).delete()
    known = set(transfer.items.values_list("device", flat=True))
    new = [device for device in going if device.pk not in known]
    refuse_planned(new, {})
    TransferItem.objects.bulk_create(item_for(transfer, device, carts) for device in new)
    return going


def item_for(transfer: Transfer, device: Device, carts: Mapping[int, Cart]) -> TransferItem:
    """Return the line of a device, by itself or in the slot of a cart that travels."""
    aboard = device.cart_id in carts
    return TransferItem(
        transfer=transfer,
        device=device,
        cart=device.cart if aboard else None,
        slot=device.slot if aboard else None,
    )


def tags_of(devices: Iterable[Device]) -> str:
    """Name some devices, five at most."""
    tags = [device.asset_tag for device in devices]
    return ", ".join(tags[:5]) + (" …" if len(tags) > 5 else "")
