"""The reconditioning bench: received, graded, put back into the reserve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_devices
from classrooms.holding import held_among
from classrooms.models import Depot, Device, FleetEvent, HandOutItem
from classrooms.secondlife.models import Departure, Triage
from classrooms.secondlife.uses import clean_wipe, last_use
from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor

#: Condition of a device back in the reserve, by grade.
_CONDITION: Mapping[str, str] = {
    "A": Device.Condition.GOOD,
    "B": Device.Condition.GOOD,
    "C": Device.Condition.WORN,
}


def receive(*, by: Actor, departures: Iterable[Departure], depot: Depot) -> list[Device]:
    """Note that proposed devices are in the workshop now; those already there stay.

    Raises RuleBroken ``on_its_way`` for what is on its way to another place, ``out`` for what
    somebody still has, ``missing`` for what was lost.
    """
    with transaction.atomic():
        pks = [row.pk for row in departures]
        chosen = Departure.objects.pending().filter(pk__in=pks)
        locked = lock_devices(chosen.values_list("device", flat=True))
        history, came, moving = History(by), [], held_among(locked)
        for device in locked.values():
            if device.current_school is None and device.depot is not None:
                continue
            if device.pk in moving:
                raise RuleBroken(
                    "on_its_way",
                    _("%(tag)s est en route : recevez son transfert d’abord, ou annulez-le.")
                    % {"tag": device.asset_tag},
                )
            if HandOutItem.objects.out().filter(device=device).exists():
                raise RuleBroken(
                    "out",
                    _("%(tag)s est encore remis à quelqu’un : reprenez-le.")
                    % {"tag": device.asset_tag},
                )
            if device.is_missing:
                raise RuleBroken(
                    "missing",
                    _("%(tag)s est perdu ou volé : s’il est là, réglez sa panne d’abord.")
                    % {"tag": device.asset_tag},
                )
            history.tell(
                device,
                FleetEvent.Kind.MOVED,
                state=Device.State.REPAIR,
                cart=None,
                slot=None,
                school=None,
                depot=depot,
            )
            came.append(device)
        history.write()
        if came:
            journal.record(by, "departure.receive", depot, devices=[d.pk for d in came])
    return came


def grade(
    *,
    by: Actor,
    departure: Departure,
    grade: str,
    media: str,
    tests: Mapping[str, str],
    parts: str = "",
    parts_cents: int = 0,
    note: str = "",
) -> Triage:
    """Note what the bench found. Raises RuleBroken ``state`` once the device has left."""
    with transaction.atomic():
        device = lock_devices([departure.device_id])[departure.device_id]
        rows = Departure.objects.select_for_update(of=("self",), no_key=True)
        current: Departure = rows.get(pk=departure.pk)
        if current.ended_at is not None:
            raise RuleBroken("state", _("Cet appareil est déjà reparti."))
        if device.current_school is not None:
            raise RuleBroken("collect", _("Cet appareil n’est pas encore à l’atelier."))
        triage, _new = Triage.objects.update_or_create(
            departure=current,
            defaults={
                "grade": grade,
                "tests": dict(tests),
                "parts": parts.strip()[:300],
                "parts_cents": parts_cents,
                "note": note.strip()[:300],
                "done_by": by.user,
                "done_at": clock.now(),
            },
        )
        current.media = media
        current.save(update_fields=["media"])
        departure.media = media
        journal.record(by, "departure.grade", current, grade=grade, media=media)
    return triage


def back_to_reserve(*, by: Actor, departure: Departure) -> Departure:
    """Put a reconditioned device back into the reserve: it serves the city again.

    Raises RuleBroken ``grade`` before the bench has seen it or when it does not work,
    ``wipe`` while data of its former use may be on it, ``state`` once it is decided.
    """
    with transaction.atomic():
        device = lock_devices([departure.device_id])[departure.device_id]
        triage = Triage.objects.filter(departure=departure).first()
        if triage is None or triage.grade not in _CONDITION:
            raise RuleBroken("grade", _("Le diagnostic doit dire qu’il fonctionne (A, B ou C)."))
        departure.refresh_from_db()
        clean = departure.media == "none" or clean_wipe(
            device, leaving=False, since=last_use(device)
        )
        if not clean:
            raise RuleBroken("wipe", _("Effacez d’abord ses données, et vérifiez-le."))
        history = History(by)
        states.move(departure, Departure.State.REUSED, by=by, ended_at=history.at)
        history.tell(
            device,
            FleetEvent.Kind.RENEWED,
            state=Device.State.SPARE,
            condition=_CONDITION[triage.grade],
        )
        history.write()
    return departure
