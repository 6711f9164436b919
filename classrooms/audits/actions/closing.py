"""A count is closed: what was seen is marked seen, what was not is missing, and it is kept."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions import close as settle
from classrooms.actions import warn_of_stolen
from classrooms.actions.history import History, lock_cart, lock_devices
from classrooms.actions.incidents import open_incident
from classrooms.audits.models import Audit, AuditLine
from classrooms.audits.queries.standing import Standing, standing_of
from classrooms.models import Device, FleetEvent, Incident
from core import clock, states
from core.errors import RuleBroken
from core.journal import Actor

_VERDICTS = {
    "seen": AuditLine.Verdict.HERE,
    "moved": AuditLine.Verdict.MOVED,
    "due": AuditLine.Verdict.MISSING,
    "away": AuditLine.Verdict.AWAY,
}


def close_audit(
    *, by: Actor, audit: Audit, missing: Collection[int], lost: Collection[int] = ()
) -> Audit:
    """Close a count. ``missing`` names the devices that the person saw listed as not seen.

    Each device seen at its place gets one event ``seen``; one that was moved here during the
    count has its own already; one that was looked for is settled as found instead. Each missing
    one gets ``missed``, and those in ``lost`` an incident. What is declared stolen stays so, and
    the managers are told where it was seen. Raises RuleBroken ``state`` when it
    is closed already, ``left`` when its cart stands elsewhere by now, ``changed`` when
    something was scanned or moved since the list was shown.
    """
    with transaction.atomic():
        rows = Audit.objects.select_for_update(of=("self",), no_key=True)
        current: Audit = rows.select_related("cart__school", "school").get(pk=audit.pk)
        if not current.is_open:
            raise RuleBroken("state", _("Ce contrôle est déjà clos."))
        if current.cart is not None:
            current.cart = lock_cart(current.cart)
        if current.has_left:
            raise RuleBroken("left", _("Ce chariot a quitté ce lieu : abandonnez ce contrôle."))
        standing = standing_of(current)
        due = {device.pk for device in standing.due}
        if due != set(missing):
            raise RuleBroken(
                "changed",
                _("Le contrôle a changé entre-temps. Voici ce qui manque maintenant."),
            )
        at = clock.now()
        for device in standing.stolen:
            warn_of_stolen(by=by, device=device, place=f"{current.place}, {current.title}")
        _tell(History(by, at), standing, due & set(lost))
        AuditLine.objects.bulk_create(_lines(current, standing))
        states.move(current, Audit.State.CLOSED, by=by, closed_at=at, closed_by=by.user)
    return current


def _tell(history: History, standing: Standing, lost: set[int]) -> None:
    seen = {place.device.pk for place in standing.of("seen") if place.device is not None}
    due = {device.pk for device in standing.due}
    moved = {place.device.pk for place in standing.of("moved") if place.device is not None}
    devices = lock_devices(seen | due | moved)
    looked_for = {
        incident.device_id: incident
        for incident in Incident.objects.open().filter(
            device__in=seen | moved, kind=Incident.Kind.LOST
        )
        if devices[incident.device_id].state != Device.State.STOLEN
    }
    for pk, device in devices.items():
        if pk in due:
            history.tell(device, FleetEvent.Kind.MISSED)
            if pk in lost:
                open_incident(history, device, Incident.Kind.LOST)
        elif pk in seen and pk not in looked_for:
            state = _found(device) if device.state == Device.State.LOST else device.state
            history.tell(device, FleetEvent.Kind.SEEN, state=state)
    history.write()
    for incident in looked_for.values():
        settle(by=history.by, incident=incident, outcome=Incident.Outcome.FOUND)


def _found(device: Device) -> str:
    """Return what becomes of a device that was lost and is back at its place."""
    return Device.State.IN_USE if device.current_school is not None else Device.State.SPARE


def _lines(audit: Audit, standing: Standing) -> list[AuditLine]:
    lines = [
        AuditLine(audit=audit, device=place.device, verdict=_VERDICTS[place.look], slot=place.slot)
        for place in standing.places
        if place.device is not None
    ]
    lines += [
        AuditLine(audit=audit, device=scan.device, verdict=AuditLine.Verdict.ELSEWHERE)
        for scan in standing.elsewhere
    ]
    return lines
