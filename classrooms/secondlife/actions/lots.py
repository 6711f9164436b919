"""Lots leave the city: prepared, proposed, accepted, handed over against a signature.

Locks: the lot, then devices by number. A device is in one lot at most: of two people who
put it into two, the second waits for the device and reads the first one's line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classrooms.actions.history import History, lock_devices
from classrooms.models import Device, FleetEvent
from classrooms.secondlife import rules
from classrooms.secondlife.models import Departure, Lot, LotLine, Recipient
from classrooms.secondlife.numbers import create_numbered
from classrooms.secondlife.uses import clean_wipe
from core import clock, journal, states
from core.documents import Document
from core.errors import RuleBroken
from core.journal import Actor

_PREFIX = {"gift": "DON", "recycling": "REC"}
_WANTED = {"gift": Departure.Destination.GIVE, "recycling": Departure.Destination.RECYCLE}


def save_recipient(*, by: Actor, recipient: Recipient) -> Recipient:
    """Write who may receive devices. Raises RuleBroken ``registration`` for an unlikely number."""
    compact = "".join(recipient.registration.upper().split())
    if not rules.is_registration(compact):
        raise RuleBroken(
            "registration",
            _("Ce numéro n’est ni un RNA (W et 9 chiffres), ni un SIREN, ni un SIRET."),
            "registration",
        )
    with transaction.atomic():
        recipient.registration, recipient.updated_at = compact, clock.now()
        recipient.save()
        journal.record(by, "recipient.save", recipient)
    return recipient


def open_lot(*, by: Actor, recipient: Recipient) -> Lot:
    """Start a lot for a recipient: a gift, or recycling for an eco-organisation."""
    if not recipient.is_active:
        raise RuleBroken("recipient", _("Ce bénéficiaire ne reçoit plus de lots."), "recipient")
    kind = Lot.Kind.RECYCLING if recipient.recycles else Lot.Kind.GIFT
    with transaction.atomic():
        lot: Lot = create_numbered(
            Lot,
            _PREFIX[kind],
            clock.today().year,
            kind=kind,
            recipient=recipient,
            opened_by=by.user,
        )
        journal.record(by, "lot.open", lot, recipient=recipient.pk)
    return lot


def add(*, by: Actor, lot: Lot, devices: Iterable[Device]) -> list[LotLine]:
    """Put written-off devices into a lot, each with the wipe that lets it leave.

    Raises RuleBroken ``lot`` once the lot is proposed, ``taken`` when a device is in another
    lot, ``destination`` when it is not meant for this kind, ``unwiped`` with its tag.
    """
    with transaction.atomic():
        lot = _lock(lot)
        if lot.state != Lot.State.DRAFT:
            raise RuleBroken("lot", _("Ce lot n’est plus en préparation."))
        locked = lock_devices(device.pk for device in devices)
        taken = {
            line.device_id: line.lot_id
            for line in LotLine.objects.standing().filter(device__in=locked)
        }
        lines = [
            _line(lot, device)
            for device in locked.values()
            if not _already(taken.get(device.pk), lot, device)
        ]
        try:
            with transaction.atomic():
                LotLine.objects.bulk_create(lines)
        except IntegrityError as error:
            raise RuleBroken("taken", _("Un de ces appareils vient d’entrer ailleurs.")) from error
        if lines:
            journal.record(by, "lot.add", lot, devices=[line.device_id for line in lines])
    return lines


def _already(taken: int | None, lot: Lot, device: Device) -> bool:
    if taken is not None and taken != lot.pk:
        raise RuleBroken(
            "taken", _("%(tag)s est déjà dans un autre lot.") % {"tag": device.asset_tag}
        )
    return taken is not None


def _line(lot: Lot, device: Device) -> LotLine:
    says = {"tag": device.asset_tag}
    departure = Departure.objects.filter(device=device, state=Departure.State.DECIDED).first()
    if departure is None or departure.destination != _WANTED[lot.kind]:
        raise RuleBroken(
            "destination", _("%(tag)s n’est pas réformé pour cette destination.") % says
        )
    if departure.media == "none":
        return LotLine(lot=lot, device=device, no_storage=True)
    wipe = clean_wipe(device, leaving=True, since=departure.last_used_at)
    if wipe is None:
        raise RuleBroken(
            "unwiped",
            _("%(tag)s n’a pas d’effacement vérifié (purge ou destruction) : il ne peut sortir.")
            % says,
        )
    return LotLine(lot=lot, device=device, wipe=wipe)


def take_out(*, by: Actor, line: LotLine) -> None:
    """Take a device out of a lot in preparation; twice is once."""
    with transaction.atomic():
        lot = _lock(line.lot)
        if lot.state != Lot.State.DRAFT:
            raise RuleBroken("lot", _("Ce lot n’est plus en préparation."))
        gone, _each = LotLine.objects.filter(pk=line.pk, lot=lot).delete()
        if gone:
            journal.record(by, "lot.take_out", lot, device=line.device_id)


def offer(*, by: Actor, lot: Lot) -> Lot:
    """Propose a lot to its recipient. Raises RuleBroken ``empty`` when nothing is in it."""
    with transaction.atomic():
        _lock(lot)
        if not lot.lines.exists():
            raise RuleBroken("empty", _("Ce lot est vide."))
        return states.move(lot, Lot.State.PROPOSED, by=by)


def accept(*, by: Actor, lot: Lot) -> Lot:
    """Note that the recipient takes the lot."""
    return states.move(lot, Lot.State.ACCEPTED, by=by)


def reopen(*, by: Actor, lot: Lot) -> Lot:
    """Take a proposed lot back into preparation, to change what is in it."""
    return states.move(lot, Lot.State.DRAFT, by=by)


def cancel(*, by: Actor, lot: Lot) -> Lot:
    """Give a lot up: its devices are free for another."""
    with transaction.atomic():
        states.move(lot, Lot.State.CANCELLED, by=by)
        LotLine.objects.filter(lot=lot).update(standing=False)
    return lot


def hand_over(
    *,
    by: Actor,
    lot: Lot,
    gone_on: dt.date,
    signed_name: str = "",
    receipt: Document | None = None,
    slip_number: str = "",
    weight_grams: int | None = None,
) -> Lot:
    """Note that an accepted lot left: its devices are given or recycled, and have left.

    Raises RuleBroken ``signature`` for a gift nobody signed for, ``slip`` and ``weight`` for
    waste without its slip or weight, ``gone_on`` for a day to come, ``state`` unless it was
    accepted.
    """
    with transaction.atomic():
        lot = _lock(lot)
        if lot.state == Lot.State.ACCEPTED:
            _check_day(lot, gone_on)
            if lot.kind == Lot.Kind.GIFT:
                _check_signed(signed_name, receipt)
            else:
                _check_slip(lot, slip_number.strip(), weight_grams)
        history = History(by)
        gift = lot.kind == Lot.Kind.GIFT
        locked = lock_devices(lot.lines.values_list("device", flat=True))
        try:
            with transaction.atomic():
                states.move(
                    lot,
                    Lot.State.GONE,
                    by=by,
                    gone_on=gone_on,
                    handed_by=by.user,
                    signed_name=signed_name.strip()[:80],
                    receipt=receipt,
                    slip_number=slip_number.strip()[:40],
                    weight_grams=weight_grams,
                )
        except IntegrityError as error:
            # Between the check and the writing, another lot left with the same slip.
            raise _slip_taken() from error
        for row in Departure.objects.filter(device__in=locked, state="decided").order_by("device"):
            states.move(row, Departure.State.GONE, by=by, ended_at=history.at)
        kind = FleetEvent.Kind.GIVEN if gift else FleetEvent.Kind.RECYCLED
        for device in locked.values():
            history.tell(device, kind)
        history.write()
    return lot


def _check_day(lot: Lot, gone_on: dt.date) -> None:
    if gone_on > clock.today() or gone_on < clock.service_day(lot.opened_at):
        raise RuleBroken(
            "gone_on", _("Ce jour n’est pas entre l’ouverture du lot et aujourd’hui."), "gone_on"
        )


def _check_signed(signed_name: str, receipt: Document | None) -> None:
    if not signed_name.strip() and receipt is None:
        raise RuleBroken(
            "signature",
            _("Il manque la signature : un nom, ou le reçu signé en pièce jointe."),
            "signed_name",
        )


def _check_slip(lot: Lot, slip_number: str, weight_grams: int | None) -> None:
    if not slip_number:
        raise RuleBroken("slip", _("Il manque le numéro du bordereau."), "slip_number")
    if not weight_grams:
        raise RuleBroken("weight", _("Il manque le poids enlevé."), "weight")
    if Lot.objects.filter(slip_number=slip_number).exclude(pk=lot.pk).exists():
        raise _slip_taken()


def _slip_taken() -> RuleBroken:
    return RuleBroken("slip", _("Ce bordereau sert déjà à un autre lot."), "slip_number")


def _lock(lot: Lot) -> Lot:
    rows = Lot.objects.select_for_update(of=("self",), no_key=True).select_related("recipient")
    current: Lot = rows.get(pk=lot.pk)
    return current
