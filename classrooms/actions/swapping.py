"""A spare takes a broken device's place, in one act."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_cart, lock_devices
from classrooms.holding import held_among
from classrooms.models import Depot, Device, FleetEvent, HandOut, HandOutItem, Incident
from core import outbox, states
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
        broken_now = Device.objects.select_related("cart").get(pk=incident.device_id)
        if broken_now.cart is not None:
            lock_cart(broken_now.cart)
        hand_outs = HandOut.objects.open().filter(
            pk__in=HandOutItem.objects.out().filter(device=broken_now).values("hand_out")
        )
        list(hand_outs.select_for_update(of=("self",), no_key=True).order_by("pk"))
        devices = lock_devices([broken_now.pk, spare.pk])
        broken, spare = devices[broken_now.pk], devices[spare.pk]
        _check(broken, spare)
        states.move(
            incident,
            Incident.State.SWAPPED,
            by=by,
            swapped_with=spare,
            handler=incident.handler or by.user,
        )
        history = History(by)
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
            incident=incident,
            **_leaving(broken, spare),
        )
        history.tell(
            spare,
            FleetEvent.Kind.SWAPPED_IN,
            hand_out=hand_out,
            incident=incident,
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
        if incident.reporter is not None and incident.reporter != by.user:
            outbox.queue(
                kind="fleet_device_swapped",
                to=incident.reporter,
                context={"incident": incident, "spare": spare},
                dedupe_key=f"incident.swapped:{incident.pk}",
            )
    return incident


def _check(broken: Device, spare: Device) -> None:
    if broken.current_school is None:
        raise RuleBroken("state", _("L'appareil en panne est déjà à l'atelier."))
    if held_among([broken.pk]):
        raise RuleBroken(
            "on_its_way",
            _("L’appareil %(tag)s est en route vers un autre lieu.") % {"tag": broken.asset_tag},
        )
    taken = (
        spare.state != Device.State.SPARE
        or spare.condition == Device.Condition.DAMAGED
        or spare.pk == broken.pk
        or HandOutItem.objects.out().filter(device=spare).exists()
        or bool(held_among([spare.pk]))
    )
    if taken:
        raise RuleBroken(
            "spare_taken",
            _("L'appareil %(tag)s n'est plus en réserve. Choisissez-en un autre.")
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
    if broken.state in (Device.State.LOST, Device.State.STOLEN):
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
        raise RuleBroken("no_depot", _("Aucun atelier n'est enregistré."))
    return found
