"""Faults: reported in three taps, taken on, settled, and the reporter told."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.actions import leaving
from classrooms.actions.history import History, lock_devices
from classrooms.models import Depot, Device, FleetEvent, Incident
from core import clock, journal, outbox, states
from core.errors import RuleBroken
from core.journal import Actor


def report(*, by: Actor, device: Device, kind: str, description: str = "") -> tuple[Incident, bool]:
    """Say that a device has a fault. Return the incident and whether it is a new one.

    A device with an open incident keeps it: a second report joins the first, so that two
    taps or two teachers make one ticket. Raises RuleBroken ``retired`` for a device written
    off.
    """
    with transaction.atomic():
        device = lock_devices([device.pk])[device.pk]
        known = Incident.objects.open().filter(device=device).first()
        if known is not None:
            journal.record(by, "incident.joined", known, kind=kind)
            return known, False
        if device.state == Device.State.RETIRED:
            raise RuleBroken("retired", _("Cet appareil ne fait plus partie du parc."))
        history = History(by)
        incident = open_incident(history, device, kind, description=description)
        history.write()
    return incident, True


def open_incident(
    history: History,
    device: Device,
    kind: str,
    *,
    description: str = "",
    condition: str | None = None,
    usable: bool = True,
) -> Incident:
    """Open an incident on a locked device without one, and tell it; the caller writes.

    A device with an incident open already keeps that one.
    """
    known: Incident | None = Incident.objects.open().filter(device=device).first()
    state = rules.state_after_report(device.state, kind, usable=usable)
    changes: dict[str, Any] = {"state": state}
    if condition is not None:
        changes["condition"] = condition
    if known is not None:
        history.tell(device, FleetEvent.Kind.REPORTED, incident=known, **changes)
        return known
    broken = slots = 0
    if device.cart is not None:
        slots = device.cart.slots
        broken = 1 + device.cart.devices.exclude(state="in_use").exclude(pk=device.pk).count()
    priority = rules.priority_of(kind, broken, slots)
    incident = Incident.objects.create(
        device=device,
        school=device.current_school,
        cart=device.cart,
        slot=device.slot,
        kind=kind,
        description=description,
        priority=priority,
        reporter=history.by.user,
        reported_at=history.at,
        answer_by=rules.answer_by(clock.service_day(history.at), priority),
    )
    history.tell(device, FleetEvent.Kind.REPORTED, incident=incident, **changes)
    journal.record(history.by, "incident.report", incident, device=device.pk, kind=kind)
    return incident


def describe(*, by: Actor, incident: Incident, description: str) -> Incident:
    """Add the reporter's words. Raises RuleBroken ``state`` once the incident is settled."""
    with transaction.atomic():
        rows = Incident.objects.select_for_update(of=("self",), no_key=True)
        current: Incident = rows.get(pk=incident.pk)
        if not current.is_open:
            raise RuleBroken("state", _("Cette panne est déjà réglée."))
        current.description = description.strip()[:500]
        current.save(update_fields=["description"])
        journal.record(by, "incident.describe", current)
    return current


def take_on(*, by: Actor, incident: Incident) -> Incident:
    """Say that one is looking at it. Raises RuleBroken ``state`` when somebody else is."""
    with transaction.atomic():
        device = lock_devices([incident.device_id])[incident.device_id]
        states.move(incident, Incident.State.IN_PROGRESS, by=by, handler=by.user)
        history = History(by)
        history.tell(device, FleetEvent.Kind.TAKEN_ON, incident=incident)
        history.write()
    return incident


def close(*, by: Actor, incident: Incident, outcome: str) -> Incident:
    """Settle an incident; the device goes back to work, to the reserve, or is at its end.

    Repaired or found, it serves again where it stands: in its slot, or as a spare if it was
    replaced meanwhile. What nobody can mend goes to the workshop, where its writing off is
    proposed (``leaving``). The reporter is told. Raises RuleBroken ``outcome`` when the outcome
    does not fit the fault, ``state`` when it was settled already.
    """
    with transaction.atomic():
        device = lock_devices([incident.device_id])[incident.device_id]
        if outcome not in rules.outcomes_for(incident.kind):
            raise RuleBroken("outcome", _("Ce résultat ne correspond pas à la panne."), "outcome")
        at = clock.now()
        states.move(
            incident,
            Incident.State.CLOSED,
            by=by,
            outcome=outcome,
            closed_at=at,
            handler=incident.handler or by.user,
        )
        history = History(by, at)
        history.tell(
            device,
            FleetEvent.Kind.SETTLED,
            incident=incident,
            **_after(device, outcome),
        )
        history.write()
        if outcome == Incident.Outcome.RETIRED:
            leaving.worn_out(by=by, device=device, incident=incident)
        if incident.reporter is not None and incident.reporter != by.user:
            outbox.queue(
                kind="fleet_incident_settled",
                to=incident.reporter,
                context={"incident": incident, "device": device},
                dedupe_key=f"incident.settled:{incident.pk}",
            )
    return incident


def _after(device: Device, outcome: str) -> dict[str, Any]:
    """Return what a settled device becomes."""
    if outcome == Incident.Outcome.RETIRED:
        workshop = device.depot or Depot.objects.order_by("code").first()
        spoilt = {"state": Device.State.REPAIR, "condition": Device.Condition.DAMAGED}
        if workshop is None:
            return spoilt
        return spoilt | {
            "cart": None,
            "slot": None,
            "school": None,
            "depot": workshop,
        }
    if outcome == Incident.Outcome.NOT_FOUND:
        return {"state": Device.State.LOST}
    changes: dict[str, Any] = {"state": Device.State.SPARE if device.depot else Device.State.IN_USE}
    if outcome == Incident.Outcome.REPAIRED and device.condition == Device.Condition.DAMAGED:
        changes["condition"] = Device.Condition.GOOD
    return changes
