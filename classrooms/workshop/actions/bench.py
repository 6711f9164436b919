"""Devices come to the bench, are looked at, mended or given up.

Locks are taken in one order: device, repair, incident, stock.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from classrooms import actions as fleet
from classrooms import rules as fleet_rules
from classrooms.actions import leaving
from classrooms.actions.history import History, lock_devices
from classrooms.holding import held_among
from classrooms.models import Depot, Device, FleetEvent, HandOutItem, Incident
from classrooms.stock.actions import give_back, use_stock
from classrooms.stock.models import StockItem, StockMovement
from classrooms.workshop import rules
from classrooms.workshop.models import Repair, RepairEntry, RepairPart
from classrooms.workshop.queries.repairs import cost_of
from classrooms.workshop.queries.terms import terms_on
from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor


def open_repair(*, by: Actor, device: Device, bring: Depot | None = None) -> Repair:
    """Take a device to the bench, or mend it where it stands; its open fault goes along.

    ``bring`` is the workshop it is taken to from a school. A device has one open repair: a
    second opening returns it. Raises RuleBroken ``device`` for what is gone, ``handed_out``
    for what somebody has while it would leave, ``on_its_way``.
    """
    with transaction.atomic():
        device = lock_devices([device.pk])[device.pk]
        known: Repair | None = Repair.objects.open().filter(device=device).first()
        if known is not None:
            return known
        if device.state in fleet_rules.GONE:
            raise RuleBroken(
                "device",
                _("L’appareil %(tag)s est « %(state)s » : il ne se répare pas.")
                % {"tag": device.asset_tag, "state": device.get_state_display()},
            )
        incident = Incident.objects.open().filter(device=device).first()
        school = incident.school if incident is not None else device.current_school
        history = History(by)
        if device.current_school is not None and bring is not None:
            _bring(history, device, bring, incident)
        elif device.state != Device.State.REPAIR and device.depot is not None:
            kind = FleetEvent.Kind.CHANGED
            history.tell(device, kind, incident=incident, state=Device.State.REPAIR)
        history.write()
        if incident is not None and incident.state == Incident.State.REPORTED:
            fleet.take_on(by=by, incident=incident)
        repair = Repair.objects.create(
            device=device,
            incident=incident,
            school=school,
            depot=device.depot,
            opened_at=history.at,
            state_since=history.at,
            opened_by=by.user,
        )
        _note(repair, by, state=Repair.State.RECEIVED)
        journal.record(by, "repair.open", repair, device=device.pk)
    return repair


def _bring(history: History, device: Device, depot: Depot, incident: Incident | None) -> None:
    item = (
        HandOutItem.objects.out()
        .filter(device=device)
        .select_related("hand_out__class_group", "hand_out__teacher", "hand_out__school")
        .first()
    )
    if item is not None:
        raise RuleBroken(
            "handed_out",
            _("Il est remis à « %(holder)s » : échangez-le ou reprenez-le avant de l’emporter.")
            % {"holder": item.hand_out.holder_name},
        )
    if held_among([device.pk]):
        raise RuleBroken(
            "on_its_way",
            _("L’appareil %(tag)s est en route vers un autre lieu.") % {"tag": device.asset_tag},
        )
    history.tell(
        device,
        FleetEvent.Kind.MOVED,
        incident=incident,
        cart=None,
        slot=None,
        school=None,
        depot=depot,
        state=Device.State.REPAIR,
    )


def move(*, by: Actor, repair: Repair, to: str, text: str = "") -> Repair:
    """Say what comes next: diagnosed, waiting for a part, at a supplier's.

    The fault's clock stands still while a part or a supplier is awaited. The first words of
    a diagnosis are the repair's. Raises RuleBroken ``state``, ``diagnosis`` without words,
    ``quote_supplier`` when nobody was named to send it to.
    """
    text = text.strip()[:500]
    if to in (Repair.State.DONE, Repair.State.GIVEN_UP):
        raise ValueError("finish and give_up end a repair")
    with transaction.atomic():
        current = _lock(repair)
        changes: dict[str, Any] = {"state_since": clock.now()}
        if to == Repair.State.DIAGNOSED:
            if not text and not current.diagnosis:
                raise RuleBroken("diagnosis", _("Dites ce que vous avez trouvé."), "text")
            changes["diagnosis"] = text or current.diagnosis
        if to == Repair.State.AT_SUPPLIER and not current.quote_supplier:
            raise RuleBroken(
                "quote_supplier", _("Notez d’abord le devis : chez qui part-il ?"), "text"
            )
        states.move(current, to, by=by, **changes)
        _note(current, by, state=to, text=text)
        if current.incident is not None and current.incident.is_open:
            wait = rules.PAUSES.get(to)
            if wait:
                fleet.pause(by=by, incident=current.incident, pause=wait, text=str(current))
            else:
                fleet.resume(by=by, incident=current.incident)
    return current


def log_work(*, by: Actor, repair: Repair, minutes: int, text: str) -> Repair:
    """Note what was done, and for how long. Raises RuleBroken ``minutes`` beyond a day."""
    if not 0 <= minutes <= 1440:
        raise RuleBroken("minutes", _("Comptez entre 0 et 1 440 minutes."), "minutes")
    with transaction.atomic():
        current = _open(repair)
        Repair.objects.filter(pk=current.pk).update(minutes=F("minutes") + minutes)
        _note(current, by, minutes=minutes, text=text.strip()[:500] or _("Travail"))
        journal.record(by, "repair.work", current, minutes=minutes)
    return current


def quote(*, by: Actor, repair: Repair, supplier: str, cents: int, ref: str = "") -> Repair:
    """Note what a repairer outside asks for; a later quote takes the place of the first."""
    supplier = supplier.strip()[:80]
    if not supplier:
        raise RuleBroken("supplier", _("Nommez le réparateur."), "supplier")
    with transaction.atomic():
        current = _open(repair)
        current.quote_supplier, current.quote_cents = supplier, cents
        current.quote_ref = ref.strip()[:40]
        current.save(update_fields=["quote_supplier", "quote_cents", "quote_ref"])
        _note(current, by, text=_("Devis de %(supplier)s") % {"supplier": supplier})
        journal.record(by, "repair.quote", current, cents=cents)
    return current


def use_part(
    *,
    by: Actor,
    repair: Repair,
    quantity: int,
    item: StockItem | None = None,
    label: str = "",
    unit_cents: int = 0,
    ref: str,
) -> RepairPart:
    """Put pieces into a device: from the workshop's stock at its price, or bought for it.

    The same ``ref`` uses them once. Raises RuleBroken ``depot`` when a device mended at its
    school would take from no workshop, ``ref`` when that act was put back since,
    ``stock_short``, ``quantity``, ``label``.
    """
    if not 1 <= quantity <= 100:
        raise RuleBroken("quantity", _("Comptez entre 1 et 100 pièces."), "quantity")
    with transaction.atomic():
        current = _open(repair)
        known: RepairPart | None = current.parts.filter(ref=ref).first()
        if known is not None:
            return known
        movement = None
        if item is not None:
            depot = current.depot or Depot.objects.order_by("code").first()
            if depot is None:
                raise RuleBroken("depot", _("Aucun atelier n’est enregistré."))
            movement = use_stock(
                by=by,
                item=item,
                depot=depot,
                quantity=quantity,
                why=str(current),
                ref=f"repair:{current.pk}:{ref}"[:60],
            )
            if StockMovement.objects.filter(ref=f"back:{movement.pk}").exists():
                raise RuleBroken("ref", _("Cette pièce a été remise en stock : rechargez la page."))
            label, unit_cents = str(item), movement.unit_cents
        elif not label.strip():
            raise RuleBroken("label", _("Choisissez une pièce, ou nommez-la."), "label")
        part = RepairPart.objects.create(
            repair=current,
            item=item,
            movement=movement,
            label=label.strip()[:80],
            quantity=quantity,
            unit_cents=unit_cents,
            author=by.user,
            ref=ref,
        )
        journal.record(by, "repair.part", current, part=part.pk, quantity=quantity)
    return part


def put_back(*, by: Actor, part: RepairPart) -> None:
    """Take pieces out of a repair again; those from the stock go back to it. Repeatable."""
    with transaction.atomic():
        current = _open(part.repair)
        found = RepairPart.objects.filter(pk=part.pk).select_related("movement").first()
        if found is None:
            return
        if found.movement is not None:
            give_back(by=by, movement=found.movement)
        journal.record(by, "repair.part_back", current, quantity=found.quantity)
        _note(current, by, text=_("Retiré : %(part)s") % {"part": found})
        found.delete()


def finish(*, by: Actor, repair: Repair, back: bool, text: str = "") -> Repair:
    """End a repair well: the device is a spare, or goes ``back`` to the school it came from.

    Its fault is settled, and whoever reported it is told. Mended where it stood, it serves
    there. Raises RuleBroken ``back`` when nobody knows where it came from.
    """
    with transaction.atomic():
        device, current = _lock_both(repair)
        changes: dict[str, Any] = {}
        if device.condition == Device.Condition.DAMAGED:
            changes["condition"] = Device.Condition.GOOD
        if device.depot is None:
            changes["state"] = Device.State.IN_USE
        elif back:
            if current.school is None:
                raise RuleBroken("back", _("On ne sait pas de quelle école il vient."), "back")
            changes |= {"state": Device.State.IN_USE, "school": current.school, "depot": None}
        else:
            changes["state"] = Device.State.SPARE
        _end(by, current, Repair.State.DONE, text)
        history = History(by)
        history.tell(device, FleetEvent.Kind.MENDED, incident=current.incident, **changes)
        history.write()
        incident = current.incident
        if incident is not None and incident.is_open:
            lost = incident.kind == Incident.Kind.LOST
            outcome = Incident.Outcome.FOUND if lost else Incident.Outcome.REPAIRED
            fleet.close(by=by, incident=incident, outcome=outcome)
    return current


def give_up(*, by: Actor, repair: Repair, text: str) -> Repair:
    """End a repair that is not possible, or not worth it: writing off is proposed.

    Raises RuleBroken ``text`` without a word of why.
    """
    text = text.strip()[:500]
    if len(text) < 3:
        raise RuleBroken("text", _("Dites pourquoi, en quelques mots."), "text")
    with transaction.atomic():
        device, current = _lock_both(repair)
        _end(by, current, Repair.State.GIVEN_UP, text)
        incident = current.incident
        retired = Incident.Outcome.RETIRED
        if (
            incident is not None
            and incident.is_open
            and retired in fleet_rules.outcomes_for(incident.kind)
        ):
            fleet.close(by=by, incident=incident, outcome=retired)
            return current
        history = History(by)
        history.tell(
            device,
            FleetEvent.Kind.MENDED,
            incident=incident,
            state=Device.State.REPAIR,
            condition=Device.Condition.DAMAGED,
        )
        history.write()
        leaving.worn_out(by=by, device=device, incident=incident, note=text)
    return current


def _end(by: Actor, repair: Repair, to: str, text: str) -> None:
    """Write the end of a repair with what it cost at the rate of the day."""
    at = clock.now()
    cost = cost_of(repair, terms_on(clock.service_day(at)))
    states.move(
        repair,
        to,
        by=by,
        state_since=at,
        closed_at=at,
        hour_cents=cost.hour_cents,
        parts_cents=cost.parts_cents,
        cost_cents=cost.total,
    )
    _note(repair, by, state=to, text=text)


def _note(repair: Repair, by: Actor, **facts: Any) -> None:
    RepairEntry.objects.create(repair=repair, author=by.user, **facts)


def _lock(repair: Repair) -> Repair:
    rows = Repair.objects.select_for_update(of=("self",), no_key=True)
    current: Repair = rows.select_related("device__model", "incident", "school", "depot").get(
        pk=repair.pk
    )
    return current


def _open(repair: Repair) -> Repair:
    """Lock a repair that is not ended. Raises RuleBroken ``state``."""
    current = _lock(repair)
    if not current.is_open:
        raise RuleBroken("state", _("Cette réparation est terminée."))
    return current


def _lock_both(repair: Repair) -> tuple[Device, Repair]:
    device = lock_devices([repair.device_id])[repair.device_id]
    return device, _open(repair)
