"""Demo data of movements: three transfers, a week of reservations, a signed agreement.

Reads the fleet of the demo school as ``classrooms.seeding`` left it; ``lina_cart`` stays
free for whoever tries handing it out.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from classrooms.actions.history import History, lock_devices
from classrooms.actions.incidents import open_incident
from classrooms.lending import rules, wording
from classrooms.lending.actions.agreements import sign
from classrooms.lending.models import Reservation, ReservedHour, Transfer, TransferItem
from classrooms.models import Cart, Device, FleetEvent, HandOut, Incident
from classrooms.seeding_models import Numbers
from core import clock
from core.accounts.models import User
from core.accounts.roles import Role
from core.journal import Actor
from core.seeding import SeedContext
from enrolment.schools.calendar import SchoolCalendar
from enrolment.schools.models import School

_DAY = dt.timedelta(days=1)
#: Days from today on which each transfer was or is to leave.
_PLANNED = {"received": -5, "dispatched": -1, "planned": 3}
#: When teachers count on the cart: day of school ahead, first hour, end, whether it is Claire.
_WISHES = (
    (0, 14, 16, True),
    (0, 9, 11, False),
    (1, 8, 12, False),
    (1, 13, 14, False),
    (2, 10, 12, True),
    (3, 8, 18, False),
    (4, 13, 16, True),
    (5, 9, 10, False),
)
_PURPOSES = ("Exposés", "Lecture", "Dictée enregistrée", "Fractions", "")


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    numbers = Numbers(ctx.rng("lending"))
    _transfers(ctx, numbers)
    _reservations(ctx, numbers)
    _agreement(ctx)


def _transfers(ctx: SeedContext, numbers: Numbers) -> None:
    """Plan one, send one off yesterday, receive one five days ago with a device missing."""
    school, by = ctx.marks["lina_school"], Actor(user=ctx.people["it_technician"])
    spares = _free(Device.objects.available_spares().exclude(model__category__code="tablet"))
    standing = Device.objects.filter(school=school, state="in_use")
    loose = _free(standing.filter(model__category__code="desktop"))
    morning = clock.at(ctx.today - 6 * _DAY, 9)
    plans: tuple[tuple[str, list[Device], str, dt.datetime], ...] = (
        ("received", loose[:3], "Postes fixes remplacés par des portables", morning),
        ("dispatched", spares[:2], "Deux postes de plus pour la salle des maîtres", morning),
        ("planned", spares[2:4], "Dotation du deuxième trimestre", morning),
    )
    for state, devices, reason, at in plans:
        if not devices:
            continue
        outward = devices[0].depot is not None
        transfer = Transfer.objects.create(
            public_id=numbers.uuid(),
            from_school=None if outward else school,
            from_depot=devices[0].depot,
            to_school=school if outward else None,
            to_depot=None if outward else spares[0].depot if spares else None,
            reason=reason,
            planned_for=ctx.today + _PLANNED[state] * _DAY,
            planned_at=at,
            planned_by=by.user,
        )
        TransferItem.objects.bulk_create(
            TransferItem(transfer=transfer, device=device) for device in devices
        )
        if state != "planned":
            _send(transfer, devices, by, clock.at(ctx.today + _PLANNED[state] * _DAY, 10))
        if state == "received":
            _receive(transfer, by, clock.at(ctx.today - 5 * _DAY, 15))


def _free(devices: Any) -> list[Device]:
    """Return devices that nobody has and that stand in no other transfer."""
    free = (
        devices.with_holder()
        .filter(open_hand_out__isnull=True, cart__isnull=True)
        .exclude(pk__in=TransferItem.objects.filter(is_open=True).values("device"))
        .exclude(pk__in=Incident.objects.open().values("device"))
        .select_related("depot", "school")
        .order_by("asset_tag")
    )
    return list(free[:4])


def _send(transfer: Transfer, devices: list[Device], by: Actor, at: dt.datetime) -> None:
    history = History(by, at)
    for device in devices:
        history.tell(device, FleetEvent.Kind.DISPATCHED)
    history.write()
    transfer.state, transfer.dispatched_at, transfer.dispatched_by = "dispatched", at, by.user
    transfer.save()


def _receive(transfer: Transfer, by: Actor, at: dt.datetime) -> None:
    """All but the last arrived."""
    history, items = History(by, at), list(transfer.items.order_by("pk"))
    devices = lock_devices(item.device_id for item in items)
    for item in items:
        device = devices[item.device_id]
        item.is_open, item.outcome = False, "good"
        if item is items[-1]:
            item.outcome = "missing"
            open_incident(history, device, Incident.Kind.LOST)
            continue
        state = rules.state_on_arrival(
            device.state, in_cart=False, from_school=True, to_school=False
        )
        place: dict[str, Any] = {"school": None, "depot": transfer.to_depot}
        history.tell(device, FleetEvent.Kind.ARRIVED, state=state, **place)
    history.write()
    TransferItem.objects.bulk_update(items, ["is_open", "outcome"])
    transfer.state, transfer.ended_at, transfer.ended_by = "received", at, by.user
    transfer.save()


def _reservations(ctx: SeedContext, numbers: Numbers) -> None:
    """Let teachers of the demo school share a cart over the coming days of school."""
    school: School = ctx.marks["lina_school"]
    out = HandOut.objects.open().filter(cart__isnull=False).values("cart")
    free = Cart.objects.filter(school=school).exclude(pk__in=out)
    cart = free.exclude(pk=ctx.marks["lina_cart"].pk).order_by("code").first()
    if cart is None:
        return
    last = ctx.today + 120 * _DAY
    days = SchoolCalendar.of(ctx.today, last).school_days(ctx.today, last)
    others = list(
        User.objects.filter(posts__role=Role.TEACHER, posts__scope_ref=school.uai, is_active=True)
        .exclude(pk=ctx.people["teacher"].pk)
        .distinct()
        .order_by("pk")[:3]
    ) or [ctx.people["teacher"]]
    rng, rows = ctx.rng("lending"), []
    for ahead, first, end, hers in _WISHES:
        if ahead >= len(days):
            break
        rows.append(
            Reservation(
                public_id=numbers.uuid(),
                cart=cart,
                school=school,
                teacher=ctx.people["teacher"] if hers else rng.choice(others),
                class_group=ctx.marks["lina_class"] if hers else None,
                day=days[ahead],
                first_hour=first,
                end_hour=end,
                purpose=rng.choice(_PURPOSES),
                booked_at=clock.at(ctx.today - 4 * _DAY, 12),
            )
        )
    Reservation.objects.bulk_create(rows)
    ReservedHour.objects.bulk_create(
        ReservedHour(reservation=row, cart=cart, day=row.day, hour=hour)
        for row in rows
        for hour in range(row.first_hour, row.end_hour)
    )


def _agreement(ctx: SeedContext) -> None:
    """Let Claire have signed for the cart of her class."""
    outs = list(
        HandOut.objects.open()
        .filter(class_group=ctx.marks["lina_class"])
        .select_related("school", "cart", "class_group", "teacher")
    )
    if not outs:
        return
    teacher = ctx.people["teacher"]
    sign(
        by=Actor(user=teacher),
        hand_outs=outs,
        name=teacher.get_full_name(),
        fingerprint=wording.fingerprint(wording.agreed_text(sorted(outs, key=lambda o: o.pk))),
        drawn=_SIGNATURE,
    )


#: A made-up hand.
_SIGNATURE = (
    "[[60,120,75,80,95,60,110,75,100,110,85,135,100,145,130,120,150,95,158,120,170,140,190,118,"
    "205,100,212,125,225,142,250,110],[250,110,275,70,285,60,280,95,270,140,262,175],"
    "[230,100,300,92,345,98,372,118,395,100,420,108,450,96,520,90]]"
)
