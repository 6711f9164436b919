"""Devices and carts go from one place to another: planned, sent off, received.

Locks: transfer, carts by number, devices by number; all NO KEY. A device on its way is
``held``: nobody hands it out or swaps it in. Its place changes when somebody has seen it
at the other end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_devices
from classrooms.actions.incidents import open_incident
from classrooms.lending import rules
from classrooms.lending.actions.loading import (
    item_for,
    load,
    lock_carts,
    one_place,
    refuse_handed_out,
    refuse_planned,
    travellers,
)
from classrooms.lending.actions.reservations import drop_for
from classrooms.lending.actions.telling import tell_of_journey
from classrooms.lending.models import Transfer, TransferCart, TransferItem
from classrooms.models import Cart, Depot, Device, FleetEvent, Incident
from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School


def plan_transfer(
    *,
    by: Actor,
    devices: Sequence[Device] = (),
    carts: Sequence[Cart] = (),
    to_school: School | None = None,
    to_depot: Depot | None = None,
    reason: str,
    planned_for: dt.date | None = None,
    source: str = "",
) -> Transfer:
    """Plan a journey of devices and whole carts that stand at one place.

    With a ``source`` that already planned one for this destination, that one is returned.
    Raises RuleBroken: ``empty``, ``destination``, ``reason``, ``places`` when they do not all
    stand together or stand there already, ``planned`` when one is in another transfer,
    ``unfit`` when one cannot travel.
    """
    if (to_school is None) == (to_depot is None):
        raise RuleBroken("destination", _("Dites où cela part : une école, ou un atelier."))
    if not reason.strip():
        raise RuleBroken("reason", _("Dites pourquoi ce matériel change de place."), "reason")
    with transaction.atomic():
        locked = lock_carts(cart.pk for cart in carts)
        inside = Device.objects.filter(cart__in=locked).values_list("pk", flat=True)
        found = lock_devices({device.pk for device in devices} | set(inside))
        if existing := _planned_by(source, to_school, to_depot):
            return existing
        going = travellers(found.values(), locked, to_school=to_school is not None)
        start = one_place(going, list(locked.values()))
        if start == (_pk(to_school), _pk(to_depot)):
            raise RuleBroken("places", _("Ce matériel est déjà là où vous l’envoyez."))
        refuse_planned(going, locked)
        try:
            with transaction.atomic():
                transfer = Transfer.objects.create(
                    from_school_id=start[0],
                    from_depot_id=start[1],
                    to_school=to_school,
                    to_depot=to_depot,
                    reason=reason.strip()[:200],
                    source=source,
                    planned_for=planned_for,
                    planned_by=by.user,
                )
        except IntegrityError:
            # Asked for twice at once, with other devices: the first one counts.
            existing = _planned_by(source, to_school, to_depot)
            if existing is None:
                raise
            return existing
        TransferCart.objects.bulk_create(
            TransferCart(transfer=transfer, cart=cart) for cart in locked.values()
        )
        TransferItem.objects.bulk_create(item_for(transfer, device, locked) for device in going)
        journal.record(
            by,
            "transfer.plan",
            transfer,
            devices=len(going),
            carts=sorted(locked),
            source=source,
        )
    return transfer


def remove_item(*, by: Actor, item: TransferItem) -> None:
    """Leave one device out of a transfer that has not left. Raises RuleBroken ``state``."""
    with transaction.atomic():
        transfer = _lock(item.transfer, Transfer.State.PLANNED)
        if item.cart_id is not None:
            raise RuleBroken("in_cart", _("Cet appareil voyage dans son chariot."))
        if transfer.items.count() == 1 and not transfer.carts.exists():
            raise RuleBroken("empty", _("C’est le dernier appareil : annulez plutôt le transfert."))
        device = item.device_id
        if TransferItem.objects.filter(pk=item.pk, transfer=transfer).delete()[0]:
            journal.record(by, "transfer.leave_out", transfer, device=device)


def dispatch(*, by: Actor, transfer: Transfer) -> Transfer:
    """Send it off: what is in the carts now goes with them, what is lost stays behind.

    Reservations of carts that leave are cancelled, and their teachers told.

    Raises RuleBroken ``handed_out`` when somebody has one of the devices, ``moved`` when one
    is no longer where it should leave from, ``unfit``, ``state``.
    """
    with transaction.atomic():
        transfer = _lock(transfer, Transfer.State.PLANNED)
        carts = lock_carts(transfer.carts.values_list("cart", flat=True))
        loose = list(transfer.items.filter(cart__isnull=True).values_list("device", flat=True))
        inside = Device.objects.filter(cart__in=carts).values_list("pk", flat=True)
        devices = lock_devices({*loose, *inside})
        refuse_handed_out(devices, carts)
        history = History(by)
        going = load(transfer, devices, carts, history)
        for device in going:
            history.tell(device, FleetEvent.Kind.DISPATCHED)
        history.write()
        states.move(
            transfer,
            Transfer.State.DISPATCHED,
            by=by,
            dispatched_at=history.at,
            dispatched_by=by.user,
        )
        drop_for(by=by, carts=carts, since=clock.today())
        tell_of_journey(transfer, len(going), sender=by.user)
    return transfer


def receive(*, by: Actor, transfer: Transfer, outcomes: Mapping[int, str]) -> Transfer:
    """Confirm what arrived; ``outcomes`` says it for each item's number.

    ``good`` and ``damaged`` devices stand at the destination from now on; a damaged one has
    an incident. A ``missing`` one is looked for where it left from, with an incident. Raises
    RuleBroken ``changed`` when the items are not those of the transfer, ``state``.
    """
    with transaction.atomic():
        transfer = _lock(transfer, Transfer.State.DISPATCHED)
        items = {item.pk: item for item in transfer.items.filter(is_open=True)}
        if set(outcomes) != set(items):
            raise RuleBroken(
                "changed", _("Dites pour chaque appareil s’il est arrivé. Rechargez la page.")
            )
        if not set(outcomes.values()) <= set(TransferItem.Outcome.values):
            raise RuleBroken("outcome", _("Dites pour chaque appareil s’il est arrivé."))
        carts = lock_carts(transfer.carts.filter(is_open=True).values_list("cart", flat=True))
        devices = lock_devices(item.device_id for item in items.values())
        history = History(by)
        _leave_missing(transfer, items, outcomes, devices, history)
        # Slots of what is missing are free before anything else is written.
        history.write()
        for cart in carts.values():
            cart.school, cart.depot = transfer.to_school, transfer.to_depot
            cart.save(update_fields=["school", "depot"])
        for pk, item in items.items():
            device = devices[item.device_id]
            if outcomes[pk] != TransferItem.Outcome.MISSING:
                _arrive(transfer, device, carts, history, outcomes[pk])
        history.write()
        for pk, item in items.items():
            item.is_open, item.outcome = False, outcomes[pk]
        TransferItem.objects.bulk_update(items.values(), ["is_open", "outcome"])
        transfer.carts.update(is_open=False)
        counts: dict[str, Any] = {
            code: sum(outcome == code for outcome in outcomes.values())
            for code in TransferItem.Outcome.values
        }
        states.move(transfer, Transfer.State.RECEIVED, by=by, ended_at=history.at, ended_by=by.user)
        journal.record(by, "transfer.count", transfer, **counts)
    return transfer


def cancel(*, by: Actor, transfer: Transfer, why: str) -> Transfer:
    """Give it up; what was on its way is back where it left from.

    Raises RuleBroken ``why`` without a reason, ``state`` once it has arrived.
    """
    if not why.strip():
        raise RuleBroken("why", _("Dites pourquoi ce transfert est annulé."), "why")
    with transaction.atomic():
        locked = _lock(transfer)
        states.move(
            locked,
            Transfer.State.CANCELLED,
            by=by,
            ended_at=clock.now(),
            ended_by=by.user,
            why_cancelled=why.strip()[:200],
        )
        locked.items.update(is_open=False)
        locked.carts.update(is_open=False)
    return locked


def note_seen(*, by: Actor, transfer: Transfer, thing: Device | Cart) -> int:
    """Note that a device, or a whole cart, was scanned at the end; return how many are new.

    Raises RuleBroken ``not_in`` for what is not part of it, ``state``.
    """
    with transaction.atomic():
        transfer = _lock(transfer, Transfer.State.DISPATCHED)
        items = transfer.items.filter(is_open=True)
        mine = items.filter(cart=thing) if isinstance(thing, Cart) else items.filter(device=thing)
        if not mine.exists():
            raise RuleBroken(
                "not_in",
                _("« %(name)s » ne fait pas partie de ce transfert.")
                % {"name": thing.code if isinstance(thing, Cart) else thing.asset_tag},
                "code",
            )
        count: int = mine.filter(seen_at__isnull=True).update(seen_at=clock.now())
        if count:
            journal.record(by, "transfer.see", transfer, thing=thing.pk, count=count)
    return count


def _planned_by(source: str, school: School | None, depot: Depot | None) -> Transfer | None:
    """Return what a source has planned for a destination already."""
    known = Transfer.objects.filter(source=source, to_school=school, to_depot=depot)
    found: Transfer | None = known.exclude(state=Transfer.State.CANCELLED).first()
    return found if source else None


def _pk(row: Any) -> int | None:
    return None if row is None else int(row.pk)


def _lock(transfer: Transfer, *expected: str) -> Transfer:
    found: Transfer = (
        Transfer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("from_school", "from_depot", "to_school", "to_depot")
        .get(pk=transfer.pk)
    )
    if expected and found.state not in expected:
        raise RuleBroken(
            "state",
            _("Ce transfert est maintenant « %(state)s » : rechargez la page.")
            % {"state": found.get_state_display()},
        )
    return found


def _leave_missing(
    transfer: Transfer,
    items: Mapping[int, TransferItem],
    outcomes: Mapping[int, str],
    devices: Mapping[int, Device],
    history: History,
) -> None:
    """Look for what did not arrive where it left from: it is in no slot of a cart that did."""
    for pk, item in items.items():
        if outcomes[pk] != TransferItem.Outcome.MISSING:
            continue
        device = devices[item.device_id]
        if device.cart is not None:
            history.tell(
                device,
                FleetEvent.Kind.MISSED,
                cart=None,
                slot=None,
                school=transfer.from_school,
                depot=transfer.from_depot,
            )
        open_incident(history, device, Incident.Kind.LOST)


def _arrive(
    transfer: Transfer,
    device: Device,
    carts: Mapping[int, Cart],
    history: History,
    outcome: str,
) -> None:
    aboard = device.cart_id in carts
    changes: dict[str, Any] = {
        "state": rules.state_on_arrival(
            device.state,
            in_cart=aboard,
            from_school=transfer.from_school_id is not None,
            to_school=transfer.to_school_id is not None,
        )
    }
    if aboard and device.cart is not None:
        device.cart.school, device.cart.depot = transfer.to_school, transfer.to_depot
    else:
        changes |= {
            "cart": None,
            "slot": None,
            "school": transfer.to_school,
            "depot": transfer.to_depot,
        }
    history.tell(device, FleetEvent.Kind.ARRIVED, where=transfer.to_school, **changes)
    if outcome == TransferItem.Outcome.DAMAGED:
        open_incident(
            history,
            device,
            Incident.Kind.OTHER,
            condition=Device.Condition.DAMAGED,
            usable=False,
        )
