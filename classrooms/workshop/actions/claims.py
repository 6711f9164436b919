"""Makers are asked to answer for their warranty; what they answer changes the device."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classrooms import actions as fleet
from classrooms import rules as fleet_rules
from classrooms.actions import leaving
from classrooms.actions.history import History, lock_devices
from classrooms.models import Depot, Device, FleetEvent, Incident
from classrooms.models.history import CARD, TOLD, plain
from classrooms.workshop import rules
from classrooms.workshop.models import Claim, Repair
from classrooms.workshop.queries.terms import terms_on
from core import clock, journal, outbox, states
from core.errors import RuleBroken
from core.journal import Actor

#: States that end a claim.
ENDED = ("replaced", "mended", "refused", "withdrawn")


def open_claim(*, by: Actor, device: Device, fault: str) -> Claim:
    """Prepare the claim of a device under warranty; an open one is returned as it is.

    Raises RuleBroken ``warranty`` when the maker answers for it no longer, ``fault`` without
    a word of what is wrong, ``device`` for what is gone.
    """
    with transaction.atomic():
        device = lock_devices([device.pk])[device.pk]
        known: Claim | None = Claim.objects.open().filter(device=device).first()
        if known is not None:
            return known
        if device.state in fleet_rules.GONE:
            raise RuleBroken("device", _("Cet appareil n’est plus là : rien à demander."))
        if not rules.under_warranty(device.warranty_end, clock.today()):
            raise RuleBroken("warranty", _("Cet appareil n’est plus sous garantie."))
        if len(fault.strip()) < 3:
            raise RuleBroken("fault", _("Dites ce qui ne marche pas."), "fault")
        repair = Repair.objects.open().filter(device=device).first()
        incident = Incident.objects.open().filter(device=device).first()
        origin = repair or incident
        claim = Claim.objects.create(
            device=device,
            repair=repair,
            incident=incident,
            school=origin.school if origin is not None else device.current_school,
            maker=device.model.maker,
            fault=fault.strip()[:500],
            serial_before=device.serial,
            opened_by=by.user,
        )
        history = History(by)
        history.tell(device, FleetEvent.Kind.CLAIMED, incident=incident)
        history.write()
        journal.record(by, "claim.open", claim, device=device.pk)
    return claim


def send(*, by: Actor, claim: Claim, sent_on: dt.date, reference: str = "") -> Claim:
    """Note that a claim left. Raises RuleBroken ``sent_on`` for a day to come."""
    if sent_on > clock.today():
        raise RuleBroken("sent_on", _("Cette date est à venir."), "sent_on")
    with transaction.atomic():
        states.move(
            claim, Claim.State.SENT, by=by, sent_on=sent_on, reference=reference.strip()[:40]
        )
        incident = claim.incident
        if incident is not None and incident.state in ("in_progress", "swapped"):
            fleet.pause(by=by, incident=incident, pause="supplier", text=str(claim))
    return claim


def answer(*, by: Actor, claim: Claim, state: str, text: str = "", reference: str = "") -> Claim:
    """Note what the maker answered: accepted, mended, refused. Raises RuleBroken ``state``.

    ``replaced`` is an act of its own: the device changes.
    """
    if state not in (Claim.State.ACCEPTED, Claim.State.MENDED, Claim.State.REFUSED):
        raise ValueError(f"no answer: {state}")
    if state == Claim.State.REFUSED and len(text.strip()) < 3:
        raise RuleBroken("text", _("Notez le motif du refus."), "text")
    with transaction.atomic():
        return _answered(by, claim, state, text, reference)


def withdraw(*, by: Actor, claim: Claim) -> Claim:
    """Give a claim up."""
    with transaction.atomic():
        states.move(claim, Claim.State.WITHDRAWN, by=by, closed_at=clock.now())
        if claim.incident is not None:
            fleet.resume(by=by, incident=claim.incident)
    return claim


def replaced(*, by: Actor, claim: Claim, serial: str, new_tag: str = "", text: str = "") -> Claim:
    """Note that the maker sent another device.

    It keeps the city's number and gets the new serial; with ``new_tag`` it enters the fleet
    as a device of its own, a spare, and the old one's writing off is proposed. Raises
    RuleBroken ``serial`` for what is no serial or another device's, ``new_tag`` for a number
    that is taken.
    """
    try:
        serial = fleet_rules.normalise_serial(serial)
    except ValueError as error:
        raise RuleBroken("serial", _("Ce n’est pas un numéro de série."), "serial") from error
    tag = fleet_rules.normalise_tag(new_tag) if new_tag.strip() else ""
    try:
        with transaction.atomic():
            device = lock_devices([claim.device_id])[claim.device_id]
            live = Device.objects.live().filter(serial=serial)
            if live.exists():
                raise RuleBroken(
                    "serial", _("Un appareil du parc porte déjà ce numéro de série."), "serial"
                )
            if tag and Device.objects.filter(asset_tag=tag).exists():
                raise RuleBroken("new_tag", _("Ce numéro d’inventaire est déjà pris."), "new_tag")
            changes: dict[str, Any] = {"serial_after": serial}
            history = History(by)
            if tag:
                changes["replacement"] = _enter(by, device, serial, tag, history.at)
            else:
                history.tell(
                    device,
                    FleetEvent.Kind.CLAIMED,
                    incident=claim.incident,
                    serial=serial,
                    condition=Device.Condition.NEW,
                )
                history.write()
            done = _answered(by, claim, Claim.State.REPLACED, text, "", **changes)
            if tag:
                leaving.worn_out(
                    by=by,
                    device=device,
                    incident=claim.incident,
                    note=_("Remplacé sous garantie par %(tag)s") % {"tag": tag},
                )
    except IntegrityError as error:
        raise RuleBroken(
            "serial", _("Un appareil du parc porte déjà ce numéro."), "serial"
        ) from error
    return done


def _answered(
    by: Actor, claim: Claim, state: str, text: str, reference: str, **changes: Any
) -> Claim:
    if state in ENDED:
        changes["closed_at"] = clock.now()
        if claim.incident is not None:
            fleet.resume(by=by, incident=claim.incident)
    if reference.strip():
        changes["reference"] = reference.strip()[:40]
    return states.move(
        claim,
        state,
        by=by,
        answered_on=clock.today(),
        answer=text.strip()[:500],
        **changes,
    )


def _enter(by: Actor, old: Device, serial: str, tag: str, at: dt.datetime) -> Device:
    """Enter the device that a maker sent: same model, warranty and purchase, on the shelf."""
    depot = old.depot or Depot.objects.order_by("code").first()
    if depot is None:
        raise RuleBroken("no_depot", _("Aucun atelier n’est enregistré."))
    new = Device.objects.create(
        asset_tag=tag,
        serial=serial,
        model=old.model,
        state=Device.State.SPARE,
        condition=Device.Condition.NEW,
        depot=depot,
        purchased_on=old.purchased_on,
        cost_cents=old.cost_cents,
        funding=old.funding,
        warranty_end=old.warranty_end,
    )
    facts = {name: plain(getattr(new, name)) for name in (*TOLD, *CARD)}
    FleetEvent.objects.create(
        at=at,
        kind=FleetEvent.Kind.ENTERED,
        device=new,
        actor=by.user,
        via=by.via,
        changes={name: [None, value] for name, value in facts.items() if value},
    )
    journal.record(by, "device.enter", new, replaces=old.pk)
    return new


def remind(day: dt.date) -> int:
    """Tell those who sent a claim that its maker has not answered; return how many.

    Again after as many days. Safe to repeat within a day.
    """
    wait = dt.timedelta(days=terms_on(day).claim_days)
    told = 0
    for pk in Claim.objects.filter(state=Claim.State.SENT).values_list("pk", flat=True):
        with transaction.atomic():
            rows = Claim.objects.select_for_update(of=("self",), no_key=True)
            claim = rows.select_related("opened_by", "device").get(pk=pk)
            since = claim.reminded_on or claim.sent_on
            if claim.state != Claim.State.SENT or since is None or since + wait > day:
                continue
            claim.reminded_on = day
            claim.save(update_fields=["reminded_on"])
            if claim.opened_by is not None:
                outbox.queue(
                    kind="fleet_claim_unanswered",
                    to=claim.opened_by,
                    context={"claim": claim, "days": claim.waits_since(day)},
                    dedupe_key=f"claim.unanswered:{claim.pk}:{day}",
                )
                told += 1
    return told
