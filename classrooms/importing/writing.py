"""A plan written in a few statements, each change told by an event; and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from classrooms.actions import leaving
from classrooms.actions.history import lock_devices
from classrooms.importing.plan import Line, Plan
from classrooms.importing.world import FACTS, World
from classrooms.models import Depot, Device, DeviceAddress, DeviceCategory, DeviceModel, FleetEvent
from classrooms.models.fleet import new_token
from core import clock
from core.importing.plans import CREATE, UPDATE, WRITING
from core.journal import Actor

_BATCH = 2_000
#: Added to slots while devices change places within a cart, so that no two share one.
_ASIDE = 10_000
_DAYS = ("purchased_on", "warranty_end")
#: What was written for one device: its number, its event's, and each fact before and after.
Written = list[tuple[int, int, bool, dict[str, list[Any]]]]


def write(plan: Plan, world: World, *, by: Actor) -> Written:
    """Write what a plan creates and changes; return what undoing needs.

    Called in a transaction that holds the locks of the devices changed.
    """
    at = clock.now()
    new_models = _create_models(plan)
    fresh = [line for line in plan.lines if line.outcome == CREATE]
    changed = [line for line in plan.lines if line.outcome == UPDATE and line.known is not None]
    pks = [line.known.pk for line in changed if line.known]
    present = {device.pk: device for device in Device.objects.filter(pk__in=pks)}
    moved = [line for line in changed if {"cart_id", "slot"} & set(line.sets)]
    _step_aside([line.known.pk for line in moved if line.known])
    rows: list[tuple[Line, Device, dict[str, list[Any]]]] = []
    for line in changed:
        if line.known is not None:
            device = present[line.known.pk]
            rows.append((line, device, _set(device, line.sets, new_models)))
    _save([device for _line, device, _changes in rows])
    made = []
    for line in fresh:
        device = Device(label_token=new_token(), created_at=at)
        made.append((line, device, _set(device, line.sets, new_models, fresh=True)))
    Device.objects.bulk_create([device for _line, device, _changes in made], _BATCH)
    events = [
        _event(line, device, changes, world, by=by, at=at)
        for line, device, changes in [*rows, *made]
    ]
    FleetEvent.objects.bulk_create(events, _BATCH)
    return [
        (event.device_id, event.pk, event.kind == FleetEvent.Kind.ENTERED, event.changes)
        for event in events
    ]


def _create_models(plan: Plan) -> dict[str, int]:
    """Create the models that somebody said to create; return their numbers."""
    wanted = {line.sets.get("model_id") for line in plan.lines if line.outcome in WRITING}
    found: dict[str, int] = {}
    categories = {category.code: category for category in DeviceCategory.objects.all()}
    for word in sorted(word for word in wanted if isinstance(word, str)):
        kind, maker, name = word.split("|", 2)
        model, _new = DeviceModel.objects.get_or_create(
            maker=maker, name=name, defaults={"category": categories[kind.removeprefix("new:")]}
        )
        found[word] = model.pk
    return found


def _set(
    device: Device, sets: dict[str, Any], models: dict[str, int], *, fresh: bool = False
) -> dict[str, list[Any]]:
    """Change a device in memory; return each fact before and after, as events keep them."""
    changes: dict[str, list[Any]] = {}
    for code, value in sets.items():
        after = models[value] if code == "model_id" and isinstance(value, str) else value
        before = None if fresh else getattr(device, code)
        if isinstance(before, dt.date):
            before = before.isoformat()
        stored = dt.date.fromisoformat(str(after)) if code in _DAYS and after else after
        setattr(device, code, stored)
        if before != after:
            changes[code.removesuffix("_id")] = [before, after]
    return changes


def _step_aside(pks: list[int]) -> None:
    """Free the slots that devices of a cart are about to exchange."""
    for start in range(0, len(pks), _BATCH):
        Device.objects.filter(pk__in=pks[start : start + _BATCH], slot__isnull=False).update(
            slot=F("slot") + _ASIDE
        )


def _save(devices: list[Device]) -> None:
    """Write whole rows at once; those that enter a slot after those that leave one."""
    for in_cart in (False, True):
        rows = [device for device in devices if (device.cart_id is not None) is in_cart]
        Device.objects.bulk_create(
            rows, _BATCH, update_conflicts=True, unique_fields=["id"], update_fields=list(FACTS)
        )


def _event(
    line: Line,
    device: Device,
    changes: dict[str, list[Any]],
    world: World,
    *,
    by: Actor,
    at: dt.datetime,
) -> FleetEvent:
    place = line.known.place if line.known else line.place
    after = line.place or place
    school = (world.stands(place)[0] if place else None) or (
        world.stands(after)[0] if after else None
    )
    return FleetEvent(
        at=at,
        kind=FleetEvent.Kind.IMPORTED if line.known else FleetEvent.Kind.ENTERED,
        device=device,
        school_id=school,
        cart_id=(place.cart_id if place else None) or (after.cart_id if after else None),
        actor=by.user,
        via=by.via,
        changes=changes,
    )


# -- taking back ------------------------------------------------------------------------------


def obstacles(written: Written) -> list[tuple[str, str]]:
    """Return why a run cannot be undone, device by device: its tag and a sentence."""
    ours = {pk: event for pk, event, _created, _changes in written}
    last = dict(
        FleetEvent.objects.filter(device__in=list(ours), pk__gt=min(ours.values(), default=0))
        .values_list("device")
        .annotate(last=Max("pk"))
        .order_by()
    )
    later = {pk: event for pk, event in last.items() if event > ours[pk]}
    events = FleetEvent.objects.in_bulk(list(later.values()))
    tags = dict(Device.objects.filter(pk__in=list(ours)).values_list("pk", "asset_tag"))
    found = [
        (
            tags.get(pk, "?"),
            _("%(what)s le %(day)s, depuis cet import.")
            % {
                "what": events[event].get_kind_display(),
                "day": clock.service_day(events[event].at).strftime("%d/%m/%Y"),
            },
        )
        for pk, event in later.items()
    ]
    taken = [*_slots_taken(written, set(later), tags), *_addresses_taken(written, set(later), tags)]
    return sorted(found + taken)


def _addresses_taken(
    written: Written, later: set[int], tags: dict[int, str]
) -> list[tuple[str, str]]:
    """Return the devices one of whose former network addresses is another's by now."""
    back = {
        mac: pk
        for pk, _event, created, changes in written
        if not created and pk not in later
        for mac in (changes["macs"][0] or () if "macs" in changes else ())
    }
    ours = {pk for pk, *_rest in written}
    rows = DeviceAddress.objects.filter(mac__in=back).values_list("mac", "device")
    return [
        (tags[back[mac]], _("%(mac)s est l’adresse d’un autre appareil.") % {"mac": mac})
        for mac, pk in rows
        if pk not in ours
    ]


def _slots_taken(written: Written, later: set[int], tags: dict[int, str]) -> list[tuple[str, str]]:
    """Return the devices whose slot is another's by now."""
    back: dict[tuple[int, int], int] = {}
    present = {
        row["pk"]: row
        for row in Device.objects.filter(pk__in=[pk for pk, *_rest in written]).values(
            "pk", "cart_id", "slot"
        )
    }
    for pk, _event_pk, created, changes in written:
        if created or pk in later or not {"cart", "slot"} & set(changes):
            continue
        now = present[pk]
        cart = changes["cart"][0] if "cart" in changes else now["cart_id"]
        slot = changes["slot"][0] if "slot" in changes else now["slot"]
        if cart is not None:
            back[cart, slot] = pk
    ours = {pk for pk, *_rest in written}
    rows = Device.objects.filter(cart__in={cart for cart, _slot in back}).values_list(
        "pk", "cart", "slot", "asset_tag"
    )
    return [
        (tags[back[cart, slot]], _("Son emplacement est pris par %(tag)s.") % {"tag": tag})
        for pk, cart, slot, tag in rows
        if (cart, slot) in back and pk not in ours
    ]


def take_back(written: Written, *, by: Actor) -> None:
    """Put devices back as they were, and withdraw those that the run created.

    History stays: what was entered by mistake leaves the fleet under a number of its own, so
    that its inventory number can serve again.
    """
    at = clock.now()
    devices = lock_devices(pk for pk, *_rest in written)
    leaving.never_was(by=by, devices=[devices[pk] for pk, _event, new, _told in written if new])
    depot = Depot.objects.order_by("code").first()
    _step_aside([pk for pk, _event, _new, told in written if {"cart", "slot"} & set(told)])
    events = []
    for pk, _event_pk, created, told in written:
        device = devices[pk]
        school, cart = device.current_school, device.cart_id
        sets = _withdrawn(device, depot) if created else {k: v[0] for k, v in told.items()}
        if device.last_seen_at is not None:
            # A management server has told the system since: its word goes first.
            sets.pop("os_version", None)
        names = {"model", "cart", "school", "depot"}
        facts = {f"{name}_id" if name in names else name: value for name, value in sets.items()}
        events.append(
            FleetEvent(
                at=at,
                kind=FleetEvent.Kind.WITHDRAWN if created else FleetEvent.Kind.RESTORED,
                device=device,
                school=school,
                cart_id=cart,
                actor=by.user,
                via=by.via,
                changes=_set(device, facts, {}),
            )
        )
    _save(list(devices.values()))
    FleetEvent.objects.bulk_create(events, _BATCH)


def _withdrawn(device: Device, depot: Depot | None) -> dict[str, Any]:
    """Return what a device becomes that never should have been entered."""
    cart = device.cart
    here = device.depot_id or (cart.depot_id if cart else None) or (depot.pk if depot else None)
    school = None if here else device.school_id or (cart.school_id if cart else None)
    return {
        "asset_tag": f"ANNULE-{device.pk}",
        "state": Device.State.RETIRED.value,
        "cart": None,
        "slot": None,
        "school": school,
        "depot": here,
    }
