"""Data are removed by one person, and verified; what leaves is verified by another."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_devices
from classrooms.models import FleetEvent
from classrooms.secondlife import rules
from classrooms.secondlife.models import Departure, Wipe
from classrooms.secondlife.uses import must_destroy, since_of
from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor


def record_wipe(
    *,
    by: Actor,
    departure: Departure,
    media: str,
    technique: str,
    tool: str,
    tool_version: str = "",
    media_serial: str = "",
) -> Wipe:
    """Note that one has just removed a device's data; it waits to be verified.

    Raises RuleBroken ``technique`` when it does nothing to this memory, ``destroy`` when an
    erasure failed already, ``waiting`` while another waits, ``state`` once it has left.
    """
    with transaction.atomic():
        device = lock_devices([departure.device_id])[departure.device_id]
        departure.refresh_from_db()
        if departure.ended_at is not None or device.current_school is not None:
            raise RuleBroken("state", _("Cet appareil n’est pas à l’atelier."))
        if not rules.technique_fits(technique, media):
            raise RuleBroken(
                "technique", _("Cette méthode ne convient pas à cette mémoire."), "technique"
            )
        category = rules.TECHNIQUES[technique]
        if category != "destroy" and must_destroy(device, since_of(departure)):
            raise RuleBroken(
                "destroy",
                _("Un effacement a échoué : la mémoire doit maintenant être détruite."),
                "technique",
            )
        if Wipe.objects.filter(device=device, result=Wipe.Result.WAITING).exists():
            raise RuleBroken("waiting", _("Un effacement attend déjà d’être vérifié."))
        wipe = Wipe.objects.create(
            device=device,
            media=media,
            media_serial=media_serial.strip()[:40],
            category=category,
            technique=technique,
            tool=tool.strip()[:60],
            tool_version=tool_version.strip()[:30],
            done_by=by.user,
        )
        if departure.media != media:
            departure.media = media
            departure.save(update_fields=["media"])
        journal.record(by, "wipe.record", wipe, device=device.pk, technique=technique)
    return wipe


def verify_wipe(*, by: Actor, wipe: Wipe, verification: str, passed: bool, note: str = "") -> Wipe:
    """Say what verifying a wipe found; then it is final, and told in the device's history.

    Raises RuleBroken ``other_eyes`` when the operator would verify a purge or destruction,
    ``state`` when it is verified already.
    """
    with transaction.atomic():
        device = lock_devices([wipe.device_id])[wipe.device_id]
        rows = Wipe.objects.select_for_update(of=("self",), no_key=True)
        current: Wipe = rows.get(pk=wipe.pk)
        if current.result != Wipe.Result.WAITING:
            raise RuleBroken("state", _("Cet effacement est déjà vérifié."))
        own = by.user is not None and current.done_by_id == by.user.pk
        if own and rules.needs_other_eyes(current.category):
            raise RuleBroken(
                "other_eyes",
                _("Une autre personne que celle qui a effacé doit vérifier."),
            )
        current.result = Wipe.Result.PASSED if passed else Wipe.Result.FAILED
        current.verification, current.note = verification, note.strip()[:200]
        current.verified_by, current.verified_at = by.user, clock.now()
        current.save(update_fields=["result", "verification", "note", "verified_by", "verified_at"])
        if passed:
            history = History(by, current.verified_at)
            history.tell(device, FleetEvent.Kind.WIPED)
            history.write()
        journal.record(by, "wipe.verify", current, device=device.pk, result=current.result)
    return current
