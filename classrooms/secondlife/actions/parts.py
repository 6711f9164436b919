"""Pieces of the workshop's stock put into a device on the bench.

The stock's own movements say what was put in: each belongs to a file by its reference.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import lock_devices
from classrooms.models import Depot, Device
from classrooms.secondlife.models import Departure
from classrooms.secondlife.uses import part_ref
from classrooms.stock.actions import give_back, use_stock
from classrooms.stock.models import StockItem, StockMovement
from core import journal
from core.errors import RuleBroken
from core.journal import Actor


def use_part(
    *, by: Actor, departure: Departure, item: StockItem, quantity: int, ref: str
) -> StockMovement:
    """Take pieces from the shelf of the workshop in which the device is; once for a ``ref``.

    Raises RuleBroken ``state`` once the device has left, ``collect`` while it is not in the
    workshop, ``stock_short`` and ``quantity`` as the stock does.
    """
    with transaction.atomic():
        device = lock_devices([departure.device_id])[departure.device_id]
        depot = _bench(departure, device)
        moved = use_stock(
            by=by,
            item=item,
            depot=depot,
            quantity=quantity,
            why=_("Remise en état de %(tag)s") % {"tag": device.asset_tag},
            ref=part_ref(departure, ref),
        )
        journal.record(by, "departure.part", departure, movement=moved.pk, quantity=quantity)
    return moved


def put_back(*, by: Actor, departure: Departure, movement: StockMovement) -> None:
    """Put pieces back on the shelf; twice is once."""
    with transaction.atomic():
        device = lock_devices([departure.device_id])[departure.device_id]
        _bench(departure, device)
        back = give_back(by=by, movement=movement)
        journal.record(by, "departure.part_back", departure, movement=back.pk)


def _bench(departure: Departure, device: Device) -> Depot:
    departure.refresh_from_db(fields=["ended_at"])
    if departure.ended_at is not None:
        raise RuleBroken("state", _("Cet appareil est déjà reparti."))
    depot = device.depot or (device.cart.depot if device.cart else None)
    if depot is None:
        raise RuleBroken("collect", _("Cet appareil n’est pas encore à l’atelier."))
    return depot
