"""Devices are proposed, then written off or kept, by the manager in a dated sitting.

Locks: devices by number, then their departures. A departure is only ever changed by whoever
holds its device.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_devices
from classrooms.holding import held_among
from classrooms.models import Device, FleetEvent, HandOutItem, Incident
from classrooms.secondlife import rules
from classrooms.secondlife.models import Departure, Sitting
from classrooms.secondlife.numbers import create_numbered
from classrooms.secondlife.uses import last_uses
from classrooms.workshop.models import Repair
from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor


@dataclass(frozen=True)
class Verdict:
    """What the manager decides of one device: where it goes, and what it is still worth."""

    destination: str
    worth_cents: int


def propose(
    *, by: Actor, devices: Iterable[Device], reason: str, note: str = ""
) -> list[Departure]:
    """Propose devices for writing off; those proposed already stay as they are.

    Raises RuleBroken ``reason`` when "lost" is said of what is there, or another reason of
    what is not.
    """
    with transaction.atomic():
        locked = lock_devices(device.pk for device in devices)
        known = _standing(locked)
        rows = [
            _proposal(by, device, reason, note)
            for device in locked.values()
            if device.pk not in known and device.state != Device.State.RETIRED
        ]
        Departure.objects.bulk_create(rows)
        for row in rows:
            journal.record(by, "departure.propose", row, device=row.device_id, reason=reason)
    return rows


def _standing(locked: Mapping[int, Device]) -> dict[int, Departure]:
    rows = Departure.objects.standing().filter(device__in=locked)
    return {row.device_id: row for row in rows.select_for_update(of=("self",), no_key=True)}


def _proposal(by: Actor, device: Device, reason: str, note: str, **facts: Any) -> Departure:
    if device.is_missing != (reason == Departure.Reason.LOST):
        raise RuleBroken(
            "reason",
            _("L’appareil %(tag)s est « %(state)s » : ce motif ne lui convient pas.")
            % {"tag": device.asset_tag, "state": device.get_state_display()},
            "reason",
        )
    return Departure(
        device=device,
        reason=reason,
        note=note.strip()[:200],
        proposed_by=by.user,
        destination=rules.usual_destination(reason),
        worth_cents=worth_of(device),
        **facts,
    )


def worth_of(device: Device) -> int:
    """Return what a device may still be worth today, in cents."""
    return rules.worth(
        device.cost_cents, device.purchased_on, device.model.life_months, clock.today()
    )


class Desk:
    """Takes on what faults and undone tables send (``classrooms.actions.leaving``)."""

    def worn_out(self, by: Actor, device: Device, incident: Incident | None, note: str) -> None:
        """Propose what cannot be mended; a proposal that stands learns the reason."""
        known = _standing({device.pk: device}).get(device.pk)
        if known is not None:
            if known.is_pending:
                known.reason, known.incident = Departure.Reason.IRREPARABLE, incident
                known.destination = rules.usual_destination(known.reason)
                known.save(update_fields=["reason", "incident", "destination"])
                journal.record(by, "departure.irreparable", known, device=device.pk)
            return
        row = _proposal(by, device, Departure.Reason.IRREPARABLE, note, incident=incident)
        row.save()
        journal.record(by, "departure.propose", row, device=device.pk, reason=row.reason)

    def never_was(self, by: Actor, devices: Sequence[Device]) -> None:
        """Note where devices go that were entered by mistake: nowhere, they never were."""
        locked = {device.pk: device for device in devices}
        at = clock.now()
        gone: dict[str, Any] = {
            "reason": Departure.Reason.MISTAKE,
            "state": Departure.State.GONE,
            "destination": Departure.Destination.NONE,
            "decided_at": at,
            "decided_by": by.user,
            "ended_at": at,
        }
        known = _standing(locked)
        Departure.objects.filter(pk__in=[row.pk for row in known.values()]).update(**gone)
        Departure.objects.bulk_create(
            Departure(device=device, proposed_by=by.user, proposed_at=at, **gone)
            for device in locked.values()
            if device.pk not in known
        )


def open_sitting(*, by: Actor, held_on: dt.date, present: str = "") -> Sitting:
    """Open a sitting. Raises RuleBroken ``held_on`` for a day more than a year away."""
    if abs((held_on - clock.today()).days) > 366:
        raise RuleBroken("held_on", _("Choisissez une date à un an près."), "held_on")
    with transaction.atomic():
        sitting: Sitting = create_numbered(
            Sitting,
            "REF",
            held_on.year,
            held_on=held_on,
            present=present.strip()[:300],
            held_by=by.user,
        )
        journal.record(by, "sitting.open", sitting)
    return sitting


def decide(
    *,
    by: Actor,
    sitting: Sitting,
    verdicts: Mapping[int, Verdict],
    kept: Sequence[Departure] = (),
) -> list[Departure]:
    """Take a sitting's decisions in one go: what is written off, and what is kept, or nothing."""
    with transaction.atomic():
        _begun(sitting)
        chosen = Departure.objects.filter(pk__in=[*verdicts, *(row.pk for row in kept)])
        lock_devices(chosen.values_list("device", flat=True))
        done = write_off(by=by, sitting=sitting, verdicts=verdicts)
        for row in kept:
            refuse(by=by, departure=row)
    return done


def write_off(*, by: Actor, sitting: Sitting, verdicts: Mapping[int, Verdict]) -> list[Departure]:
    """Write devices off in a sitting; ``verdicts`` says by departure's number where they go.

    What is written off stands in the workshop, is with nobody, and has no fault open; what
    was lost leaves the inventory from where it was. Raises RuleBroken ``early`` before the
    sitting's day, ``closed`` once it is over, ``state`` when somebody decided meanwhile,
    ``collect``, ``out``, ``incident``, ``on_its_way``, ``repair``, ``destination`` and
    ``worth`` for what keeps a device from being written off.
    """
    with transaction.atomic():
        sitting = _begun(sitting)
        chosen = Departure.objects.filter(pk__in=verdicts)
        locked = lock_devices(chosen.values_list("device", flat=True))
        rows = list(chosen.select_for_update(of=("self",), no_key=True).order_by("device"))
        if len(rows) != len(verdicts):
            raise RuleBroken("state", _("Cette liste a changé entre-temps : rechargez la page."))
        uses = last_uses(locked)
        history = History(by)
        for row in rows:
            device, verdict = locked[row.device_id], verdicts[row.pk]
            _check(row, device, verdict)
            gone = verdict.destination == Departure.Destination.NONE
            states.move(
                row,
                Departure.State.DECIDED,
                by=by,
                sitting=sitting,
                destination=verdict.destination,
                worth_cents=verdict.worth_cents,
                decided_at=history.at,
                decided_by=by.user,
                last_used_at=uses.get(device.pk),
            )
            if gone:
                states.move(row, Departure.State.GONE, by=by, ended_at=history.at)
            _retire(history, device)
        history.write()
    return rows


def _retire(history: History, device: Device) -> None:
    place: dict[str, Any] = {"cart": None, "slot": None}
    if device.cart is not None:
        place |= {"school": device.cart.school, "depot": device.cart.depot}
    history.tell(device, FleetEvent.Kind.CHANGED, state=Device.State.RETIRED, **place)


def _check(row: Departure, device: Device, verdict: Verdict) -> None:
    says = {"tag": device.asset_tag}
    missing = device.is_missing
    if missing != (verdict.destination == Departure.Destination.NONE):
        message = (
            _("%(tag)s est perdu ou volé : il n’y a rien à remettre.")
            if missing
            else _("Dites où va %(tag)s : au don ou au recyclage.")
        )
        raise RuleBroken("destination", message % says)
    if HandOutItem.objects.out().filter(device=device).exists():
        raise RuleBroken("out", _("%(tag)s est encore remis à quelqu’un : reprenez-le.") % says)
    if Incident.objects.open().filter(device=device).exists():
        raise RuleBroken(
            "incident", _("Une panne est ouverte sur %(tag)s : réglez-la d’abord.") % says
        )
    if held_among([device.pk]):
        raise RuleBroken("on_its_way", _("%(tag)s est en route : recevez son transfert.") % says)
    if Repair.objects.open().filter(device=device).exists():
        raise RuleBroken(
            "repair", _("%(tag)s est encore en réparation : terminez-la d’abord.") % says
        )
    if not missing and device.current_school is not None:
        raise RuleBroken("collect", _("%(tag)s n’est pas encore à l’atelier.") % says)
    if (
        verdict.destination == Departure.Destination.GIVE
        and verdict.worth_cents > rules.GIFT_CEILING_CENTS
    ):
        raise RuleBroken(
            "worth",
            _("%(tag)s vaut plus de 300 € : la loi ne permet pas de le donner.") % says,
        )


def refuse(*, by: Actor, departure: Departure, note: str = "") -> Departure:
    """Keep a device; from the workshop it goes back to the reserve unless it is damaged."""
    with transaction.atomic():
        device = lock_devices([departure.device_id])[departure.device_id]
        history = History(by)
        states.move(
            departure,
            Departure.State.REFUSED,
            by=by,
            ended_at=history.at,
            decided_at=history.at,
            decided_by=by.user,
            note=(note.strip() or departure.note)[:200],
        )
        whole = device.condition != Device.Condition.DAMAGED
        if device.current_school is None and device.state == Device.State.REPAIR and whole:
            history.tell(device, FleetEvent.Kind.CHANGED, state=Device.State.SPARE)
            history.write()
    return departure


def close_sitting(*, by: Actor, sitting: Sitting) -> Sitting:
    """Close a sitting: its record is final.

    Raises RuleBroken ``empty`` for nothing decided, ``early`` before its day.
    """
    with transaction.atomic():
        sitting = _begun(sitting)
        if not sitting.departures.exists():
            raise RuleBroken("empty", _("Rien n’a été décidé dans cette séance."))
        return states.move(sitting, Sitting.State.CLOSED, by=by, closed_at=clock.now())


def _open(sitting: Sitting) -> Sitting:
    rows = Sitting.objects.select_for_update(of=("self",), no_key=True)
    current: Sitting = rows.get(pk=sitting.pk)
    if current.state != Sitting.State.OPEN:
        raise RuleBroken("closed", _("Cette séance est arrêtée : ouvrez-en une autre."))
    return current


def _begun(sitting: Sitting) -> Sitting:
    """Return the sitting, locked, once its day has come: nothing is decided ahead of its record."""
    current = _open(sitting)
    if current.held_on > clock.today():
        day = date_format(current.held_on, "j F Y")
        raise RuleBroken("early", _("Cette séance a lieu le %(day)s : attendez-la.") % {"day": day})
    return current


DESK = Desk()
