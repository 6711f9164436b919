"""A device's sheet: entered by hand, corrected by hand. Each change is told by an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from classrooms import extras, rules
from classrooms.actions.history import History, lock_cart, lock_devices
from classrooms.importing.values import MOST_MACS
from classrooms.models import (
    Cart,
    Depot,
    Device,
    DeviceAddress,
    DeviceModel,
    FleetEvent,
)
from classrooms.models.history import CARD, TOLD, plain
from core import clock, journal
from core.errors import RuleBroken
from core.journal import Actor
from enrolment.schools.models import School

#: What somebody may correct of a sheet; the inventory number stays on the label.
CORRECTED = (
    *("serial", "model", "purchased_on", "cost_cents", "funding", "warranty_end", "macs"),
    "os_version",
)


def enter(
    *,
    by: Actor,
    asset_tag: str,
    serial: str,
    model: DeviceModel,
    place: Depot | School | tuple[Cart, int],
    extra: Mapping[str, str] | None = None,
    **facts: Any,
) -> Device:
    """Enter one device into the fleet, at a workshop, a school or a free slot of a cart.

    ``facts`` may name the others of ``CORRECTED`` and ``condition``. The end of warranty
    follows from the model and the purchase unless given. Raises RuleBroken, named after the
    field, for numbers that another live device has, a slot that is taken, a value of the
    category's own fields (``extra:<key>``) that cannot be read.
    """
    serial, macs = _serial(serial), _macs(facts.pop("macs", ()))
    asset_tag = rules.normalise_tag(asset_tag)
    values = _extra(model, extra or {}, {}, whole=True)
    bought = facts.get("purchased_on")
    _days(bought, facts.get("warranty_end"))
    if bought and facts.get("warranty_end") is None and model.warranty_months:
        facts["warranty_end"] = rules.add_months(bought, model.warranty_months)
    _days(bought, facts.get("warranty_end"))
    try:
        with transaction.atomic():
            where = _where(place)
            stored = "depot" in where or ("cart" in where and where["cart"].depot_id is not None)
            _clashes(by, None, asset_tag=asset_tag, serial=serial, macs=macs)
            device = Device.objects.create(
                asset_tag=asset_tag,
                serial=serial,
                model=model,
                macs=macs,
                extra=values,
                state=Device.State.SPARE if stored else Device.State.IN_USE,
                **where,
                **facts,
            )
            told = {name: plain(getattr(device, name)) for name in (*TOLD, *CARD)}
            FleetEvent.objects.create(
                at=device.created_at,
                kind=FleetEvent.Kind.ENTERED,
                device=device,
                school=device.current_school,
                cart=device.cart,
                actor=by.user,
                via=by.via,
                changes={
                    name: [None, value]
                    for name, value in told.items()
                    if value is not None or name in TOLD
                },
            )
    except IntegrityError as error:
        raise _raced() from error
    return device


def correct(
    *, by: Actor, device: Device, extra: Mapping[str, str] | None = None, **facts: Any
) -> bool:
    """Correct a device's sheet; return whether anything changed.

    ``facts`` are those of ``CORRECTED``; ``extra`` gives the category's own fields as text.
    Raises RuleBroken as :func:`enter`, and ``retired`` for a device written off.
    """
    if unknown := facts.keys() - set(CORRECTED):
        raise ValueError(f"not corrected by hand: {sorted(unknown)}")
    if "serial" in facts:
        facts["serial"] = _serial(facts["serial"])
    if "macs" in facts:
        facts["macs"] = _macs(facts["macs"])
    try:
        with transaction.atomic():
            locked = lock_devices([device.pk])[device.pk]
            if locked.state == Device.State.RETIRED:
                raise RuleBroken(
                    "retired", _("Cet appareil est réformé : sa fiche ne change plus.")
                )
            model = facts.get("model", locked.model)
            if extra is not None:
                same = model.category_id == locked.model.category_id
                facts["extra"] = _extra(model, extra, locked.extra, whole=same)
            _days(
                facts.get("purchased_on", locked.purchased_on),
                facts.get("warranty_end", locked.warranty_end),
            )
            _clashes(by, locked, serial=facts.get("serial"), macs=facts.get("macs", ()))
            changed = {
                name: value
                for name, value in facts.items()
                if plain(getattr(locked, name)) != plain(value)
            }
            if not changed:
                return False
            history = History(by)
            history.tell(locked, FleetEvent.Kind.CORRECTED, **changed)
            history.write()
    except IntegrityError as error:
        raise _raced() from error
    return True


def note_charging(*, by: Actor, cart: Cart, charging: str) -> Cart:
    """Note what one saw of a cart's plug. Raises RuleBroken ``charging`` for another word."""
    if charging not in Cart.Charging.values:
        raise RuleBroken("charging", _("Choisissez l’état de charge."), "charging")
    with transaction.atomic():
        locked = lock_cart(cart)
        locked.charging, locked.charging_at = charging, clock.now()
        locked.save(update_fields=["charging", "charging_at"])
        journal.record(by, "cart.charging", locked, charging=charging)
    return locked


def _serial(text: str) -> str:
    try:
        return rules.normalise_serial(text)
    except ValueError as error:
        raise RuleBroken(
            "serial", _("Écrivez le numéro de série : lettres et chiffres."), "serial"
        ) from error


def _macs(texts: Any) -> list[str]:
    try:
        found = list(dict.fromkeys(rules.normalise_mac(text) for text in texts))
    except ValueError as error:
        raise RuleBroken(
            "macs", _("Une adresse MAC s’écrit ainsi : 02:00:5E:10:00:01."), "macs"
        ) from error
    if len(found) > MOST_MACS:
        raise RuleBroken("macs", _("%(most)d adresses au plus.") % {"most": MOST_MACS}, "macs")
    return found


def _extra(
    model: DeviceModel, given: Mapping[str, str], before: Mapping[str, Any], *, whole: bool
) -> dict[str, Any]:
    schema = model.category.fields
    known = {row["key"] for row in schema}
    for key in given.keys() - known:
        raise RuleBroken("extra", _("Cette catégorie n’a pas ce champ."), f"extra:{key}")
    values, problems = extras.settle(schema, given, before, whole=whole)
    for key, message in problems:
        raise RuleBroken("extra", message, f"extra:{key}")
    return values


def _days(bought: dt.date | None, ends: dt.date | None) -> None:
    for field, day in (("purchased_on", bought), ("warranty_end", ends)):
        if day is not None and day.year not in rules.YEARS:
            words = _("L’année %(year)s n’est pas possible.") % {"year": day.year}
            raise RuleBroken(field, words, field)
    if bought and ends and ends < bought:
        raise RuleBroken("warranty_end", _("La garantie finit avant l’achat."), "warranty_end")


def _where(place: Depot | School | tuple[Cart, int]) -> dict[str, Any]:
    if isinstance(place, Depot):
        return {"depot": place}
    if isinstance(place, School):
        return {"school": place}
    cart, slot = lock_cart(place[0]), place[1]
    if not 1 <= slot <= cart.slots:
        raise RuleBroken(
            "slot",
            _("Ce chariot n’a que %(slots)s emplacements.") % {"slots": cart.slots},
            "slot",
        )
    if cart.devices.filter(slot=slot).exists():
        raise RuleBroken("slot", _("Cet emplacement est pris."), "slot")
    return {"cart": cart, "slot": slot}


def _clashes(
    by: Actor,
    device: Device | None,
    *,
    asset_tag: str | None = None,
    serial: str | None = None,
    macs: Any = (),
) -> None:
    """Raise RuleBroken when another device has one of these; it is named to who may see it."""
    own = device.pk if device else 0
    others = Device.objects.exclude(pk=own)
    if asset_tag and (found := others.filter(asset_tag=asset_tag).first()):
        raise _taken("asset_tag", _("Ce numéro d’inventaire est déjà pris."), found, by)
    if serial and (found := others.live().filter(serial=serial).first()):
        raise _taken("serial", _("Un autre appareil a ce numéro de série."), found, by)
    address = DeviceAddress.objects.filter(mac__in=macs).exclude(device=own)
    if (row := address.select_related("device").first()) is not None:
        words = _("%(mac)s est l’adresse d’un autre appareil.") % {"mac": row.mac}
        raise _taken("macs", words, row.device, by)


def _taken(field: str, words: str, other: Device, by: Actor) -> RuleBroken:
    user = by.person
    if user is not None and Device.objects.visible_to(user).filter(pk=other.pk).exists():
        words = f"{words} ({other.asset_tag})"
    return RuleBroken(field, words, field)


def _raced() -> RuleBroken:
    return RuleBroken(
        "changed", _("Quelqu’un vient d’enregistrer le même numéro. Vérifiez, puis recommencez.")
    )
