"""Devices go out to a class, a teacher, a school or a pupil's place, and come back.

Locks are taken in one order everywhere: cart, hand-out, devices by number, incident. Of
two people handing out the same cart, the second waits for the first, then reads who has it.
They are NO KEY locks: an event that merely names a locked cart does not wait for it, or two
acts that each hold one row and name the other's would wait for each other forever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.actions.history import History, lock_cart, lock_devices
from classrooms.actions.incidents import open_incident
from classrooms.holding import claim_on, held_among
from classrooms.models import Cart, Device, FleetEvent, HandOut, HandOutItem, Incident
from core import clock, journal, states
from core.accounts.models import User
from core.dates import date_format
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import ClassGroup, School

#: The longest hand-out: to the end of a school year, whenever it starts.
LONGEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class Holder:
    """Who receives devices: a class, one of its places, a teacher, or the school itself."""

    school: School
    class_group: ClassGroup | None = None
    teacher: User | None = None
    pupil_slot: int | None = None

    @property
    def kind(self) -> str:
        """Code of the kind of holder."""
        if self.pupil_slot is not None:
            return HandOut.Holder.PUPIL
        if self.class_group is not None:
            return HandOut.Holder.CLASS
        return HandOut.Holder.TEACHER if self.teacher is not None else HandOut.Holder.SCHOOL


def hand_out_cart(
    *, by: Actor, cart: Cart, holder: Holder, due_on: dt.date, claimed: bool = False
) -> HandOut:
    """Hand a whole cart out: every device in it that is fit goes, in one act.

    ``claimed`` is said by whoever honours a claim on the cart, and so looks at none. Raises
    RuleBroken ``cart_out`` when somebody has it already (also when they were a moment
    quicker), ``cart_empty`` when no device in it is fit, ``on_its_way``, ``claimed`` when
    somebody else counts on it before ``due_on``, ``other_school``, ``due_on`` for a day that
    makes no sense.
    """
    with transaction.atomic():
        cart = lock_cart(cart)
        _refuse_taken(cart)
        _check(holder, cart.school, due_on)
        if not claimed:
            _refuse_claimed(cart, holder, due_on)
        devices = lock_devices(cart.devices.values_list("pk", flat=True))
        out = set(
            HandOutItem.objects.out().filter(device__in=devices).values_list("device", flat=True)
        )
        away = held_among(devices)
        if away and away == set(devices):
            raise RuleBroken("on_its_way", _("Ce chariot est en route vers un autre lieu."))
        fit = [
            device
            for device in devices.values()
            if device.pk not in away
            and rules.unfit_reason(device.state, device.condition, already_out=device.pk in out)
            is None
        ]
        if not fit:
            raise RuleBroken(
                "cart_empty", _("Aucun appareil de ce chariot n’est en état de servir.")
            )
        return _write(by, holder, due_on, fit, cart)


def hand_out_device(*, by: Actor, device: Device, holder: Holder, due_on: dt.date) -> HandOut:
    """Hand one device out by itself. Raises RuleBroken ``unfit`` with the reason."""
    with transaction.atomic():
        device = lock_devices([device.pk])[device.pk]
        _check(holder, device.current_school, due_on)
        out = HandOutItem.objects.out().filter(device=device).exists()
        if rules.unfit_reason(device.state, device.condition, already_out=out) is not None:
            message = (
                _("L’appareil %(tag)s est déjà remis à quelqu’un.")
                if out
                else _("L’appareil %(tag)s n’est pas en état de servir.")
            )
            raise RuleBroken("unfit", message % {"tag": device.asset_tag})
        if held_among([device.pk]):
            raise RuleBroken(
                "on_its_way",
                _("L’appareil %(tag)s est en route vers un autre lieu.")
                % {"tag": device.asset_tag},
            )
        return _write(by, holder, due_on, [device], None)


def take_back(*, by: Actor, hand_out: HandOut, outcomes: Mapping[int, str]) -> HandOut:
    """Take devices back; ``outcomes`` says for each item's number how it came back.

    Outcomes are ``good``, ``damaged`` and ``missing``; an item not named stays out, and the
    hand-out stays open for it. A damaged or missing device opens an incident at once, and
    keeps its last holder in the history. Raises RuleBroken ``changed`` when an item is no
    longer out (somebody took it back, or swapped it, in the meantime).
    """
    with transaction.atomic():
        if hand_out.cart is not None:
            lock_cart(hand_out.cart)
        hand_out = (
            HandOut.objects.select_for_update(of=("self",), no_key=True)
            .select_related("school", "cart", "class_group")
            .get(pk=hand_out.pk)
        )
        wanted = HandOutItem.objects.filter(pk__in=outcomes, hand_out=hand_out)
        devices = lock_devices(wanted.values_list("device", flat=True))
        still_out = list(hand_out.items.out().order_by("pk"))
        back = [item for item in still_out if item.pk in outcomes]
        if len(back) != len(outcomes):
            raise RuleBroken(
                "changed",
                _("Cette remise a changé entre-temps. Voici où elle en est : vérifiez de nouveau."),
            )
        history = History(by)
        for item in back:
            item.returned_at, item.outcome = history.at, outcomes[item.pk]
            _return(history, devices[item.device_id], hand_out, item.outcome)
        HandOutItem.objects.bulk_update(back, ["returned_at", "outcome"])
        history.write()
        if len(back) == len(still_out):
            states.move(hand_out, HandOut.State.CLOSED, by=by, closed_at=history.at)
        elif back:
            journal.record(
                by, "handout.partly_returned", hand_out, items=[item.pk for item in back]
            )
    return hand_out


def _return(history: History, device: Device, hand_out: HandOut, outcome: str) -> None:
    history.tell(device, FleetEvent.Kind.RETURNED, hand_out=hand_out)
    if outcome == HandOutItem.Outcome.DAMAGED:
        open_incident(
            history,
            device,
            Incident.Kind.OTHER,
            description=str(HandOutItem.Outcome.DAMAGED.label),
            condition=Device.Condition.DAMAGED,
            usable=False,
        )
    elif outcome == HandOutItem.Outcome.MISSING and not device.is_missing:
        open_incident(history, device, Incident.Kind.LOST)


def _refuse_taken(cart: Cart) -> None:
    taken = (
        HandOut.objects.open()
        .filter(cart=cart)
        .select_related("class_group", "teacher", "school", "handed_by")
        .first()
    )
    if taken is None:
        return
    when = timezone.localtime(taken.handed_at)
    raise RuleBroken(
        "cart_out",
        _("Ce chariot est déjà remis à « %(holder)s » depuis le %(day)s à %(time)s.")
        % {
            "holder": taken.holder_name,
            "day": date_format(when, "j F"),
            "time": date_format(when, "G:i"),
        },
    )


def _refuse_claimed(cart: Cart, holder: Holder, due_on: dt.date) -> None:
    group = holder.class_group.pk if holder.class_group else None
    teacher = holder.teacher.pk if holder.teacher else None
    if sentence := claim_on(cart.pk, due_on, group, teacher):
        raise RuleBroken("claimed", sentence, "due_on")


def _check(holder: Holder, place: School | None, due_on: dt.date) -> None:
    if place is None or place.pk != holder.school.pk:
        raise RuleBroken("other_school", _("Ce matériel n’est pas dans cette école."))
    if holder.class_group is not None and holder.class_group.school_id != place.pk:
        raise RuleBroken("other_school", _("Cette classe est d’une autre école."), "class_group")
    today = clock.today()
    if not today <= due_on <= today + LONGEST:
        raise RuleBroken(
            "due_on", _("Choisissez une date de retour entre aujourd’hui et dans un an."), "due_on"
        )


def _write(
    by: Actor, holder: Holder, due_on: dt.date, devices: list[Device], cart: Cart | None
) -> HandOut:
    history = History(by)
    hand_out = HandOut.objects.create(
        holder=holder.kind,
        school=holder.school,
        class_group=holder.class_group,
        teacher=holder.teacher,
        pupil_slot=holder.pupil_slot,
        cart=cart,
        handed_at=history.at,
        handed_by=by.user,
        due_on=due_on,
    )
    HandOutItem.objects.bulk_create(
        HandOutItem(hand_out=hand_out, device=device, slot=device.slot, out_at=history.at)
        for device in devices
    )
    for device in devices:
        history.tell(device, FleetEvent.Kind.HANDED_OUT, hand_out=hand_out)
    history.write()
    journal.record(
        by, "handout.open", hand_out, cart=cart.pk if cart else None, devices=len(devices)
    )
    return hand_out
