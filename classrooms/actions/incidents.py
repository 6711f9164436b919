"""Faults: reported in three taps, taken on, settled, and those who said so told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.actions import leaving
from classrooms.actions.history import History, lock_devices
from classrooms.deadlines import WorkingDays
from classrooms.models import Depot, Device, FleetEvent, Incident, IncidentFollower, IncidentNote
from classrooms.queries.staff import fleet_managers
from core import clock, journal, outbox, states
from core.accounts.models import User
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor


def report(
    *, by: Actor, device: Device, kind: str, description: str = "", reporter: User | None = None
) -> tuple[Incident, bool]:
    """Say that a device has a fault. Return the incident and whether it is a new one.

    ``reporter`` is who said so, when somebody else types it. A device with an open incident
    keeps it: a second report joins the first, so that two taps or two teachers make one
    ticket, and whoever joins is told what becomes of it. Raises RuleBroken ``retired`` for a
    device written off.
    """
    with transaction.atomic():
        device = lock_devices([device.pk])[device.pk]
        known = Incident.objects.open().filter(device=device).first()
        if known is not None:
            _join(by, known, kind, reporter or by.user)
            return known, False
        if device.state == Device.State.RETIRED:
            raise RuleBroken("retired", _("Cet appareil ne fait plus partie du parc."))
        history = History(by)
        incident = open_incident(
            history, device, kind, description=description, reporter=reporter or by.user
        )
        history.write()
    return incident, True


def _join(by: Actor, known: Incident, kind: str, person: User | None) -> None:
    """Note a second report; a person is told once, however often they report."""
    journal.record(by, "incident.joined", known, kind=kind)
    if person is None or person.pk == known.reporter_id:
        return
    at = clock.now()
    _follower, is_new = IncidentFollower.objects.get_or_create(
        incident=known, user=person, defaults={"at": at}
    )
    if not is_new:
        return
    label = Incident.Kind(kind).label
    IncidentNote.objects.create(
        incident=known, at=at, kind=IncidentNote.Kind.JOINED, author=person, text=str(label)
    )
    outbox.queue(
        kind="fleet_incident_joined",
        to=person,
        context={"incident": known, "device": known.device},
        dedupe_key=f"incident.joined:{known.pk}:{person.pk}",
    )


def open_incident(
    history: History,
    device: Device,
    kind: str,
    *,
    description: str = "",
    reporter: User | None = None,
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
    typed_by = history.by.user
    said_by = reporter or typed_by
    day = clock.service_day(history.at)
    incident = Incident.objects.create(
        device=device,
        school=device.current_school,
        cart=device.cart,
        slot=device.slot,
        kind=kind,
        description=description,
        priority=priority,
        reporter=said_by,
        entered_by=typed_by if typed_by != said_by else None,
        reported_at=history.at,
        **WorkingDays(day).promises(day, priority),
    )
    history.tell(device, FleetEvent.Kind.REPORTED, incident=incident, **changes)
    journal.record(history.by, "incident.report", incident, device=device.pk, kind=kind)
    return incident


def lock_incident(incident: Incident) -> Incident:
    """Lock an incident and return it as it is now."""
    rows = Incident.objects.select_for_update(of=("self",), no_key=True)
    current: Incident = rows.select_related("device", "school", "reporter", "handler").get(
        pk=incident.pk
    )
    return current


def refuse_settled(incident: Incident) -> None:
    """Raise RuleBroken ``state`` for an incident that is settled."""
    if not incident.is_open:
        raise RuleBroken("state", _("Cette panne est déjà réglée."))


def tell_reporters(incident: Incident, kind: str, stage: str, *, by: Actor, **context: Any) -> None:
    """Write to whoever reported a fault, the first and those who joined, but not to oneself."""
    followers = User.objects.filter(followed_incidents__incident=incident).order_by("pk")
    first = [incident.reporter] if incident.reporter is not None else []
    for person in [*first, *followers]:
        if person != by.user:
            outbox.queue(
                kind=kind,
                to=person,
                context={"incident": incident, "device": incident.device, **context},
                dedupe_key=f"incident.{stage}:{incident.pk}:{person.pk}",
            )


def describe(
    *, by: Actor, incident: Incident, description: str = "", photo: Document | None = None
) -> Incident:
    """Add words or a photo. Raises RuleBroken ``state`` once the incident is settled.

    The first words of whoever reported it stand on the ticket; what comes later, beside it.
    """
    text = description.strip()[:500]
    with transaction.atomic():
        current = lock_incident(incident)
        refuse_settled(current)
        mine = by.user is not None and by.user.pk == current.reporter_id
        first = mine and not current.description
        if text and first:
            current.description = text
            current.save(update_fields=["description"])
        if photo is not None or (text and not first):
            IncidentNote.objects.create(
                incident=current,
                kind=IncidentNote.Kind.DETAIL,
                author=by.user,
                text="" if first else text,
                photo=photo,
            )
        journal.record(by, "incident.describe", current, photo=photo.pk if photo else None)
    return current


def take_on(*, by: Actor, incident: Incident) -> Incident:
    """Say that one is looking at it. Raises RuleBroken ``state`` when somebody else is."""
    with transaction.atomic():
        device = lock_devices([incident.device_id])[incident.device_id]
        history = History(by)
        states.move(
            incident,
            Incident.State.IN_PROGRESS,
            by=by,
            handler=by.user,
            answered_at=history.at,
        )
        history.tell(device, FleetEvent.Kind.TAKEN_ON, incident=incident)
        history.write()
        tell_reporters(incident, "fleet_incident_taken_on", "taken_on", by=by)
    return incident


def take_on_all(*, by: Actor, incidents: Iterable[Incident]) -> list[Incident]:
    """Take several on; those that somebody took meanwhile stay theirs and are left out."""
    taken = []
    for incident in sorted(incidents, key=lambda row: row.device_id):
        try:
            taken.append(take_on(by=by, incident=incident))
        except RuleBroken as broken:
            if broken.code != "state":
                raise
    return taken


def close(*, by: Actor, incident: Incident, outcome: str) -> Incident:
    """Settle an incident; the device goes back to work, to the reserve, or is at its end.

    Repaired or found, it serves again where it stands: in its slot, or as a spare if it was
    replaced meanwhile. What nobody can mend goes to the workshop, where its writing off is
    proposed (``leaving``). Whoever reported it is told. Raises RuleBroken ``outcome`` when the
    outcome does not fit the fault, ``state`` when it was settled already.
    """
    with transaction.atomic():
        return _settle(by, incident, outcome, handler=by.user)


def works_again(*, by: Actor, incident: Incident) -> Incident:
    """Settle an incident because whoever reported it says that the device works again.

    Whoever looks after it is told. Raises RuleBroken ``swapped`` once another device has
    taken its place: it is in the workshop, where nobody of the school can tell.
    """
    with transaction.atomic():
        lock_devices([incident.device_id])
        current = lock_incident(incident)
        refuse_settled(current)
        if current.state == Incident.State.SWAPPED:
            raise RuleBroken("swapped", _("L’appareil a été remplacé : il est à l’atelier."))
        lost = current.kind == Incident.Kind.LOST
        outcome = Incident.Outcome.FOUND if lost else Incident.Outcome.NOTHING
        IncidentNote.objects.create(incident=current, kind=IncidentNote.Kind.WORKS, author=by.user)
        settled = _settle(by, current, outcome, handler=None)
        if settled.handler is not None and settled.handler != by.user:
            outbox.queue(
                kind="fleet_incident_works",
                to=settled.handler,
                context={"incident": settled, "device": settled.device},
                dedupe_key=f"incident.works:{settled.pk}",
            )
    return settled


def _settle(by: Actor, incident: Incident, outcome: str, *, handler: User | None) -> Incident:
    device = lock_devices([incident.device_id])[incident.device_id]
    current = lock_incident(incident)
    if outcome not in rules.outcomes_for(current.kind):
        raise RuleBroken("outcome", _("Ce résultat ne correspond pas à la panne."), "outcome")
    history = History(by)
    states.move(
        current,
        Incident.State.CLOSED,
        by=by,
        outcome=outcome,
        closed_at=history.at,
        answered_at=current.answered_at or history.at,
        handler=current.handler or handler,
        pause="",
        paused_on=None,
    )
    history.tell(
        device,
        FleetEvent.Kind.SETTLED,
        incident=current,
        **_after(device, outcome),
    )
    history.write()
    if outcome == Incident.Outcome.RETIRED:
        leaving.worn_out(by=by, device=device, incident=current)
    tell_reporters(current, "fleet_incident_settled", "settled", by=by)
    return current


def after_theft(device: Device) -> str:
    """Return what becomes of a stolen device that is found: nobody serves before it is checked."""
    return Device.State.REPAIR if device.depot is not None else Device.State.BROKEN


def found_again(*, by: Actor, device: Device) -> Device:
    """Say that a device that was lost or stolen is there again; it is looked at, or serves.

    One that is looked for is settled as found. Raises RuleBroken ``there`` for any other.
    """
    with transaction.atomic():
        current = lock_devices([device.pk])[device.pk]
        if not current.is_missing:
            raise RuleBroken("there", _("Cet appareil n’est ni perdu ni volé."))
        known = Incident.objects.open().filter(device=current, kind=Incident.Kind.LOST).first()
        if known is not None:
            return close(by=by, incident=known, outcome=Incident.Outcome.FOUND).device
        history = History(by)
        history.tell(current, FleetEvent.Kind.SEEN, **_after(current, Incident.Outcome.FOUND))
        history.write()
    return current


def warn_of_stolen(*, by: Actor, device: Device, place: str) -> None:
    """Tell the fleet's managers that somebody saw a device declared stolen; once a day."""
    for manager in fleet_managers():
        if manager != by.user:
            outbox.queue(
                kind="fleet_stolen_seen",
                to=manager,
                context={"device": device, "place": place, "who": by.user},
                dedupe_key=f"stolen.seen:{device.pk}:{clock.today()}:{manager.pk}",
            )


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
        return {} if device.state == Device.State.STOLEN else {"state": Device.State.LOST}
    if outcome == Incident.Outcome.STOLEN:
        return {"state": Device.State.STOLEN}
    if device.state == Device.State.STOLEN:
        return {"state": after_theft(device)}
    changes: dict[str, Any] = {"state": Device.State.SPARE if device.depot else Device.State.IN_USE}
    if outcome == Incident.Outcome.REPAIRED and device.condition == Device.Condition.DAMAGED:
        changes["condition"] = Device.Condition.GOOD
    return changes
