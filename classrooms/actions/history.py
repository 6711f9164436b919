"""Changes to devices and the events that tell them, written together or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.models import Cart, Device, FleetEvent, HandOut, Incident
from classrooms.models.history import CARD, TOLD, plain
from core import clock
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School


def lock_devices(pks: Iterable[int]) -> dict[int, Device]:
    """Lock devices in the order of their numbers and return them as they are now."""
    rows = (
        Device.objects.select_for_update(of=("self",), no_key=True)
        .select_related("cart__school", "cart__depot", "school", "depot", "model__category")
        .filter(pk__in=set(pks))
        .order_by("pk")
    )
    return {device.pk: device for device in rows}


class History:
    """What one act does to devices. Use within a transaction that holds their locks."""

    def __init__(self, by: Actor, at: dt.datetime | None = None) -> None:
        self.by = by
        self.at = at or clock.now()
        self._events: list[FleetEvent] = []
        self._touched: dict[int, Device] = {}
        self._fields: set[str] = set()

    def tell(
        self,
        device: Device,
        kind: str,
        *,
        hand_out: HandOut | None = None,
        incident: Incident | None = None,
        where: School | None = None,
        **changes: Any,
    ) -> None:
        """Change a device and note the event; ``changes`` name fields of ``TOLD`` or ``CARD``.

        It happened at the school where the device stood, or came to stand; ``where`` tells
        when that is another one.
        Raises RuleBroken ``device_state`` for a change of state that the table of moves
        does not have.
        """
        pairs: dict[str, list[Any]] = {}
        school, cart = device.current_school, device.cart
        for field, after in changes.items():
            if field not in TOLD and field not in CARD:
                raise ValueError(f"events do not tell {field}")
            before = getattr(device, field)
            if plain(before) == plain(after):
                continue
            if field == "state" and not rules.may_move(before, after):
                raise RuleBroken(
                    "device_state",
                    _("L’appareil %(tag)s est déjà « %(state)s » : rechargez la page.")
                    % {"tag": device.asset_tag, "state": device.get_state_display()},
                )
            pairs[field] = [plain(before), plain(after)]
            setattr(device, field, after)
        if pairs:
            self._touched[device.pk] = device
            self._fields.update(pairs)
        self._events.append(
            FleetEvent(
                at=self.at,
                kind=kind,
                device=device,
                school=where or school or device.current_school,
                cart=cart or device.cart,
                hand_out=hand_out,
                incident=incident,
                actor=self.by.user,
                via=self.by.via,
                changes=pairs,
            )
        )

    def write(self) -> None:
        """Save the devices, then their events.

        Devices that leave a slot are saved before those that enter one.
        """
        leaving = [d for d in self._touched.values() if d.cart_id is None]
        staying = [d for d in self._touched.values() if d.cart_id is not None]
        for rows in (leaving, staying):
            if rows:
                Device.objects.bulk_update(rows, sorted(self._fields))
        FleetEvent.objects.bulk_create(self._events)
        self._events, self._touched, self._fields = [], {}, set()


def lock_cart(cart: Cart) -> Cart:
    """Lock a cart and return it as it is now."""
    found: Cart = (
        Cart.objects.select_for_update(of=("self",), no_key=True)
        .select_related("school", "depot")
        .get(pk=cart.pk)
    )
    return found
