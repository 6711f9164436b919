"""A spare takes a broken device's place, in one act."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_cart, lock_devices
from classrooms.actions.incidents import lock_incident, report, tell_reporters
from classrooms.holding import held_among
from classrooms.models import Depot, Device, FleetEvent, HandOut, HandOutItem, Incident
from core import states
from core.errors import RuleBroken
from core.journal import Actor


def swap(*, by: Actor, incident: Incident, spare: Device) -> Incident:
    """Put a spare in the place of the broken device: same slot, same hand-out.

    The broken one goes to the workshop the spare came from; the incident stays open for
    its repair, and whoever reported it is told that the class can go on. Raises RuleBroken
    ``spare_taken`` when the spare is no longer free, ``spare_kind`` when it is another kind
    of device, ``state`` when the incident has moved on.
    """
    with transaction.atomic():
        broken, spare = _lock(incident.device, spare)
        current = lock_incident(incident)
        _check(broken, spare)
        history = History(by)
        states.move(
            current,
            Incident.State.SWAPPED,
            by=by,
            swapped_with=spare,
            swapped_at=history.at,
            answered_at=current.answered_at or history.at,
            handler=current.handler or by.user,
        )
        item = HandOutItem.objects.out().filter(device=broken).select_related("hand_out").first()
        hand_out = item.hand_out if item else None
        place: dict[str, Any] = {
            "cart": broken.cart,
            "slot": broken.slot,
            "school": broken.school,
            "depot": None,
        }
        history.tell(
            broken,
            FleetEvent.Kind.SWAPPED_OUT,
            hand_out=hand_out,
            incident=current,
            **_leaving(broken, spare),
        )
        history.tell(
            spare,
            FleetEvent.Kind.SWAPPED_IN,
            hand_out=hand_out,
            incident=current,
            state=Device.State.IN_USE,
            **place,
        )
        history.write()
        if item is not None:
            item.returned_at, item.outcome = history.at, HandOutItem.Outcome.SWAPPED
            item.save(update_fields=["returned_at", "outcome"])
            HandOutItem.objects.create(
                hand_out=item.hand_out, device=spare, slot=item.slot, out_at=history.at
            )
        tell_reporters(current, "fleet_device_swapped", "swapped", by=by, spare=spare)
    return current


def replace(*, by: Actor, device: Device, spare: Device, kind: str) -> Incident:
    """Swap a device that fails, with one scan: its ticket is opened if it has none.

    Raises what ``swap`` raises, and then has opened nothing.
    """
    with transaction.atomic():
        device, spare = _lock(device, spare)
        _check(device, spare)
        incident = Incident.objects.open().filter(device=device).first()
        if incident is None:
            incident, _new = report(by=by, device=device, kind=kind)
        return swap(by=by, incident=incident, spare=spare)


def _lock(broken: Device, spare: Device) -> tuple[Device, Device]:
    """Lock all that a swap changes: the cart, the hand-out, both devices, in that order."""
    now = Device.objects.select_related("cart").get(pk=broken.pk)
    if now.cart is not None:
        lock_cart(now.cart)
    hand_outs = HandOut.objects.open().filter(
        pk__in=HandOutItem.objects.out().filter(device=now).values("hand_out")
    )
    list(hand_outs.select_for_update(of=("self",), no_key=True).order_by("pk"))
    devices = lock_devices([broken.pk, spare.pk])
    return devices[broken.pk], devices[spare.pk]


def _check(broken: Device, spare: Device) -> None:
    if broken.current_school is None:
        raise RuleBroken("state", _("L’appareil en panne est déjà à l’atelier."))
    if held_among([broken.pk]):
        raise RuleBroken(
            "on_its_way",
            _("L’appareil %(tag)s est en route vers un autre lieu.") % {"tag": broken.asset_tag},
        )
    if spare.pk == broken.pk:
        raise RuleBroken(
            "spare_taken",
            _("C’est l’appareil en panne : scannez celui qui le remplace."),
            "spare",
        )
    if spare.state != Device.State.SPARE:
        raise RuleBroken(
            "spare_taken",
            _("L’appareil %(tag)s n’est plus en réserve (« %(state)s »). Choisissez-en un autre.")
            % {"tag": spare.asset_tag, "state": spare.get_state_display()},
            "spare",
        )
    if spare.condition == Device.Condition.DAMAGED:
        raise RuleBroken(
            "spare_taken",
            _("L’appareil %(tag)s est abîmé. Choisissez-en un autre.") % {"tag": spare.asset_tag},
            "spare",
        )
    if HandOutItem.objects.out().filter(device=spare).exists():
        raise RuleBroken(
            "spare_taken",
            _("L’appareil %(tag)s est déjà remis à quelqu’un. Choisissez-en un autre.")
            % {"tag": spare.asset_tag},
            "spare",
        )
    if held_among([spare.pk]):
        raise RuleBroken(
            "spare_taken",
            _("L’appareil %(tag)s est réservé ou en route. Choisissez-en un autre.")
            % {"tag": spare.asset_tag},
            "spare",
        )
    if spare.model.category_id != broken.model.category_id:
        raise RuleBroken(
            "spare_kind",
            _("Il faut un appareil de même catégorie : %(category)s.")
            % {"category": broken.model.category},
            "spare",
        )


def _leaving(broken: Device, spare: Device) -> dict[str, Any]:
    """Return what becomes of the broken device: on the bench, or still looked for at school."""
    if broken.is_missing:
        return {"cart": None, "slot": None, "school": broken.current_school}
    return {
        "cart": None,
        "slot": None,
        "school": None,
        "depot": _workshop(spare),
        "state": Device.State.REPAIR,
    }


def _workshop(spare: Device) -> Depot:
    """Return where the broken device goes: where the spare came from, or the first workshop."""
    depot = spare.depot or (spare.cart.depot if spare.cart else None)
    found = depot or Depot.objects.order_by("code").first()
    if found is None:
        raise RuleBroken("no_depot", _("Aucun atelier n’est enregistré."))
    return found
