"""Scans come in, in whatever order the network lets them, each of them once.

A telephone names each scan with an id of its own. A scan is a row under that id: told twice,
it is the same row; its taking back leaves a mark, even if it arrives first. So any order and
any repetition of the same acts gives the same count. Only a move is more than a mark: acts of
one sending are taken in the order in which the telephone numbered them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_cart, lock_devices
from classrooms.audits import rules
from classrooms.audits.models import Audit, Scan
from classrooms.audits.queries.finding import cart_named, devices_named
from classrooms.holding import held_among
from classrooms.models import Cart, Device, FleetEvent, HandOutItem
from core import clock
from core.errors import RuleBroken
from core.journal import Actor


@dataclass(frozen=True)
class Act:
    """One thing done with a telephone: ``kind`` is scan, undo or move, ``scan`` which scan."""

    scan: uuid.UUID
    kind: str = "scan"
    number: int = 0
    text: str = ""
    via: str = Scan.Via.TYPED
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What became of an act.

    ``result`` is here, again, elsewhere, unknown, undone, moved or refused.
    """

    scan: uuid.UUID
    kind: str
    result: str
    tag: str = ""
    slot: int | None = None
    message: str = ""


def record_acts(*, by: Actor, audit: Audit, acts: Iterable[Act]) -> list[Answer]:
    """Take in what a telephone did; answer each act, in the order given by their numbers.

    A closed count takes nothing more in: what it knows already is answered as before, what
    it does not is answered ``refused``. Raises RuleBroken ``many`` for too long a sending.
    """
    wanted = sorted(acts, key=lambda act: (act.number, _ORDER.get(act.kind, 9)))
    if len(wanted) > rules.MOST_ACTS:
        raise RuleBroken("many", _("Trop de scans à la fois."))
    if not wanted:
        return []
    with transaction.atomic():
        rows = Audit.objects.select_for_update(of=("self",), no_key=True)
        current: Audit = rows.select_related("cart__school", "school").get(pk=audit.pk)
        taking = _Taking(by, current, wanted)
        return [taking.take(act) for act in wanted]


_ORDER = {"scan": 0, "undo": 1, "move": 2}


class _Taking:
    """One sending, under the lock of its count."""

    def __init__(self, by: Actor, audit: Audit, acts: list[Act]) -> None:
        self.by, self.audit = by, audit
        self.scans: dict[uuid.UUID, Scan] = {
            scan.client_id: scan
            for scan in audit.scans.filter(client_id__in={act.scan for act in acts})
        }
        texts = {rules.printable(act.text) for act in acts if act.kind == "scan"}
        person = by.person
        self.named = devices_named(person, texts) if person is not None else {}
        if audit.cart is not None and any(act.kind == "move" for act in acts):
            audit.cart = lock_cart(audit.cart)

    def take(self, act: Act) -> Answer:
        """Take one act in."""
        known = self.scans.get(act.scan)
        if act.kind == "undo":
            return self._undo(act, known)
        if act.kind == "move":
            return self._move(act, known)
        return self._scan(act, known)

    def _scan(self, act: Act, known: Scan | None) -> Answer:
        text = rules.printable(act.text)
        if not text:
            return self._refuse(act, _("Rien n’a été lu."))
        if known is not None and known.text:
            return self._told(act, known)
        if (ended := self._ended()) is not None:
            return self._refuse(act, ended)
        device = self.named.get(text)
        if device is None and (cart := self._cart(text)) is not None:
            return self._refuse(
                act, _("C’est l’étiquette du chariot « %(cart)s ».") % {"cart": cart.name}
            )
        again = device is not None and self._is_seen(device, act.scan)
        scan = known or Scan(audit=self.audit, client_id=act.scan)
        scan.text, scan.device, scan.via = text, device, act.via
        scan.by, scan.scanned_at = self.by.user, rules.believable(act.at, clock.now())
        scan.save()
        self.scans[act.scan] = scan
        return self._told(act, scan, again=again)

    def _ended(self) -> str | None:
        """Say why the count takes nothing more in, or None."""
        if not self.audit.is_open:
            return _("Ce contrôle a été clos entre-temps.")
        if self.audit.has_left:
            return _("Ce chariot a quitté ce lieu : abandonnez ce contrôle.")
        return None

    def _cart(self, text: str) -> Cart | None:
        """Return the cart whose label was scanned instead of a device's."""
        return cart_named(self.by.person, text) if self.by.person is not None else None

    def _undo(self, act: Act, known: Scan | None) -> Answer:
        if known is not None and known.undone:
            return Answer(act.scan, act.kind, "undone")
        if (ended := self._ended()) is not None:
            return self._refuse(act, ended)
        scan = known or Scan(audit=self.audit, client_id=act.scan, by=self.by.user)
        scan.undone = True
        scan.save()
        self.scans[act.scan] = scan
        return Answer(act.scan, act.kind, "undone")

    def _move(self, act: Act, known: Scan | None) -> Answer:
        if known is not None and known.moved:
            return self._told(act, known)
        if (ended := self._ended()) is not None:
            return self._refuse(act, ended)
        person = self.by.person
        if (
            known is None
            or known.undone
            or person is None
            or not Device.objects.visible_to(person).filter(pk=known.device_id).exists()
        ):
            return self._refuse(act, _("Scannez d’abord cet appareil."))
        try:
            with transaction.atomic():
                slot, known.displaced = move_here(
                    by=self.by, audit=self.audit, device_id=known.device_id or 0
                )
        except RuleBroken as broken:
            return self._refuse(act, broken.message)
        known.moved = True
        known.save(update_fields=["moved", "displaced"])
        moved = Device.objects.select_related("cart", "school").get(pk=known.device_id)
        known.device = moved
        return Answer(act.scan, act.kind, "moved", moved.asset_tag, slot)

    def _is_seen(self, device: Device, but: uuid.UUID) -> bool:
        return self.audit.scans.standing().filter(device=device).exclude(client_id=but).exists()

    def _told(self, act: Act, scan: Scan, *, again: bool = False) -> Answer:
        if scan.undone:
            return Answer(act.scan, act.kind, "undone")
        device = scan.device
        if device is None:
            return Answer(act.scan, act.kind, "unknown")
        if scan.moved:
            return Answer(act.scan, act.kind, "moved", device.asset_tag, device.slot)
        if not belongs_here(self.audit, device):
            return Answer(act.scan, act.kind, "elsewhere", device.asset_tag)
        result = "again" if again else "here"
        return Answer(act.scan, act.kind, result, device.asset_tag, device.slot)

    @staticmethod
    def _refuse(act: Act, message: str) -> Answer:
        return Answer(act.scan, act.kind, "refused", message=message)


def belongs_here(audit: Audit, device: Device) -> bool:
    """Tell whether a device's place is what is being counted."""
    if audit.cart_id is not None:
        return device.cart_id == audit.cart_id
    return device.school_id == audit.school_id


def move_here(*, by: Actor, audit: Audit, device_id: int) -> tuple[int | None, Device | None]:
    """Give a device that was found here its place here; return its slot, and who had it.

    In a full cart it takes the slot of one that was not seen, which then counts as standing in
    the school outside carts: it is not where it was said to be, and still looked for. Raises
    RuleBroken ``retired``, ``out`` for a device entrusted to somebody, ``on_its_way`` for one
    that was sent off, ``full`` when every slot's device was seen.
    Call it with the count locked, and its cart.
    """
    cart = audit.cart
    mates = list(cart.devices.values_list("pk", flat=True)) if cart is not None else []
    devices = lock_devices([device_id, *mates])
    device = devices[device_id]
    if belongs_here(audit, device):
        return device.slot, None
    if device.state == Device.State.RETIRED:
        raise RuleBroken("retired", _("Cet appareil ne fait plus partie du parc."))
    if HandOutItem.objects.out().filter(device=device).exists():
        raise RuleBroken(
            "out",
            _("L’appareil %(tag)s est remis à quelqu’un : reprenez-le d’abord.")
            % {"tag": device.asset_tag},
        )
    if held_among([device.pk]):
        raise RuleBroken(
            "on_its_way",
            _("L’appareil %(tag)s est en route vers un autre lieu.") % {"tag": device.asset_tag},
        )
    history = History(by)
    if device.state == Device.State.SPARE and audit.school_id is not None:
        state = Device.State.IN_USE
    else:
        state = Device.State(device.state)
    if cart is None:
        history.tell(
            device,
            FleetEvent.Kind.MOVED,
            state=state,
            cart=None,
            slot=None,
            school=audit.school,
            depot=None,
        )
        history.write()
        return None, None
    inside = [mate for mate in devices.values() if mate.cart_id == cart.pk]
    slot = rules.free_slot(cart.slots, {mate.slot for mate in inside if mate.slot})
    gone = None
    if slot is None:
        gone = _unseen(audit, inside)
        slot = gone.slot
        history.tell(gone, FleetEvent.Kind.MOVED, cart=None, slot=None, **_beside(audit, gone))
        history.write()
    history.tell(
        device,
        FleetEvent.Kind.MOVED,
        state=state,
        cart=cart,
        slot=slot,
        school=None,
        depot=None,
    )
    history.write()
    return slot, gone


def _unseen(audit: Audit, inside: list[Device]) -> Device:
    """Return the last device of a cart that nobody saw in it, and that nobody has."""
    seen = set(audit.scans.standing().values_list("device", flat=True))
    held = set(HandOutItem.objects.out().filter(device__in=inside).values_list("device", flat=True))
    held |= held_among(mate.pk for mate in inside)
    unseen = [mate for mate in inside if mate.pk not in seen | held]
    if not unseen:
        words = (
            _("Ce chariot est plein : ce que vous n’y avez pas vu est remis à quelqu’un.")
            if held - seen
            else _("Ce chariot est plein : tous ses appareils ont été vus.")
        )
        raise RuleBroken("full", words)
    return max(unseen, key=lambda mate: mate.slot or 0)


def _beside(audit: Audit, device: Device) -> dict[str, Any]:
    """Return where a device stands that is no longer in its cart: in the same school or depot."""
    if audit.school is not None:
        return {"school": audit.school}
    return {"depot": device.cart.depot if device.cart else None}
