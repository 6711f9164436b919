"""A wipe noted by mistake is withdrawn: the record keeps both, the device is to be wiped again.

Locks: the device, then the wipe, as those who put a device into a lot or back into the
reserve do: whoever comes second reads what the first one wrote.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.access import FLEET_MANAGERS
from classrooms.actions.history import History, lock_devices
from classrooms.holding import held_among
from classrooms.models import Device, FleetEvent, HandOutItem
from classrooms.secondlife.models import Departure, LotLine, Wipe
from classrooms.secondlife.uses import clean_wipe, last_use
from core import journal, states
from core.accounts.models import User
from core.errors import RuleBroken
from core.journal import Actor

#: Where a device stands that a wipe let back into the reserve and that nobody has used since.
_IN_RESERVE = (Device.State.SPARE, Device.State.BROKEN, Device.State.REPAIR)


def may_withdraw(user: User | None, wipe: Wipe) -> bool:
    """Tell whether somebody may say that a wipe was noted by mistake.

    Whoever noted it, or a manager; what failed leaves data behind, so that a manager alone
    says that it was not this device.
    """
    if user is None or wipe.result == Wipe.Result.WITHDRAWN:
        return False
    if user.has_role(*FLEET_MANAGERS):
        return True
    return wipe.done_by_id == user.pk and wipe.result != Wipe.Result.FAILED


def withdraw_wipe(*, by: Actor, wipe: Wipe, why: str) -> Wipe:
    """Withdraw a wipe that never was; twice is once.

    A device that it let back into the reserve comes back to the bench. Raises RuleBroken
    ``not_yours``, ``why`` without a reason, ``lot`` once the device is in a lot by it,
    ``left`` once it has left, ``used`` once it has served again, ``collect`` when it stands
    somewhere else than in the workshop.
    """
    why = " ".join(why.split())[:200]
    if not why:
        raise RuleBroken("why", _("Dites pourquoi cet effacement est retiré."), "why")
    with transaction.atomic():
        device = lock_devices([wipe.device_id])[wipe.device_id]
        rows = Wipe.objects.select_for_update(of=("self",), no_key=True)
        current: Wipe = rows.get(pk=wipe.pk)
        if current.result == Wipe.Result.WITHDRAWN:
            return current
        if not may_withdraw(by.user, current):
            raise RuleBroken(
                "not_yours",
                _("Seule la personne qui l’a noté, ou un responsable, peut le retirer."),
            )
        _check(device, current)
        history = History(by)
        current.withdrawn_from, current.result = current.result, Wipe.Result.WITHDRAWN
        current.withdrawn_why, current.withdrawn_by = why, by.user
        current.withdrawn_at = history.at
        current.save(
            update_fields=[
                *("result", "withdrawn_from", "withdrawn_why", "withdrawn_by", "withdrawn_at"),
            ]
        )
        history.tell(device, FleetEvent.Kind.UNWIPED, **_back_to_bench(by, device))
        history.write()
        journal.record(
            by, "wipe.withdraw", current, device=device.pk, before=current.withdrawn_from
        )
    return current


def _check(device: Device, wipe: Wipe) -> None:
    """Refuse when anything has left, or served, by this wipe."""
    says = {"tag": device.asset_tag}
    line = LotLine.objects.standing().filter(device=device).select_related("lot").first()
    if line is not None and line.wipe_id == wipe.pk:
        message = (
            _("%(tag)s est parti dans le lot %(lot)s : cet effacement reste au dossier.")
            if line.lot.state == "gone"
            else _("%(tag)s est dans le lot %(lot)s : sortez-le d’abord de ce lot.")
        )
        raise RuleBroken("lot", message % (says | {"lot": line.lot.number}))
    if Departure.objects.filter(device=device, state=Departure.State.GONE).exists():
        raise RuleBroken(
            "left", _("%(tag)s a quitté la ville : cet effacement reste au dossier.") % says
        )
    used = last_use(device)
    if (used is not None and used > wipe.done_at) or (
        HandOutItem.objects.out().filter(device=device).exists()
    ):
        raise RuleBroken(
            "used",
            _("%(tag)s a resservi depuis : cet effacement ne compte déjà plus.") % says,
        )


def _back_to_bench(by: Actor, device: Device) -> dict[str, Any]:
    """Reopen the file of a device that only this wipe let back into the reserve.

    Return what changes for the device.
    """
    last = Departure.objects.filter(device=device).order_by("-proposed_at", "-pk").first()
    if last is None or last.state != Departure.State.REUSED or last.media == "none":
        return {}
    if clean_wipe(device, leaving=False, since=last_use(device)) is not None:
        return {}
    if (
        device.current_school is not None
        or device.state not in _IN_RESERVE
        or held_among([device.pk])
    ):
        raise RuleBroken(
            "collect",
            _("%(tag)s n’est plus à l’atelier (%(place)s) : rapportez-le d’abord.")
            % {"tag": device.asset_tag, "place": device.place},
        )
    states.move(last, Departure.State.PROPOSED, by=by, ended_at=None)
    depot = device.cart.depot if device.cart else device.depot
    return {"state": Device.State.REPAIR, "cart": None, "slot": None, "depot": depot}
