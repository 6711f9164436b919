"""Demo data of counts: a campaign ended, one that goes on, a count left half done, labels.

Reads ``lina_school``, ``lina_cart``, ``broken_cart`` and the demo people. All of it is done
by the actions themselves, with their days put back afterwards.
"""

from __future__ import annotations

import datetime as dt
import uuid

from classrooms.audits import actions
from classrooms.audits.actions import Act
from classrooms.audits.models import Audit, AuditLine, Campaign, CampaignSchool, LabelPrint
from classrooms.audits.queries.campaigns import planned_of
from classrooms.models import Cart, Device, FleetEvent
from core import clock
from core.journal import Actor
from core.seeding import SeedContext
from enrolment.schools.models import School

DAY = dt.timedelta(days=1)
#: Schools of the campaign that ended; enough to read it, cheap enough for a city.
ENDED_SCHOOLS = 30


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    equipped = list(
        School.objects.filter(carts__isnull=False).distinct().order_by("pk")[:ENDED_SCHOOLS]
    )
    own: School = ctx.marks["lina_school"]
    if own not in equipped:
        equipped.append(own)
    _ended(ctx, equipped)
    running = _campaign(
        ctx,
        "Récolement avant les vacances",
        start=ctx.today - 6 * DAY,
        end=ctx.today + 21 * DAY,
        schools=list({school.pk: school for school in [own, *equipped[:20]]}.values()),
    )
    _half_done(ctx, running)
    _labels(ctx)


def _uuid(ctx: SeedContext, what: str) -> uuid.UUID:
    return uuid.UUID(int=ctx.rng(f"audits.{what}").getrandbits(128), version=4)


def _campaign(
    ctx: SeedContext, name: str, *, start: dt.date, end: dt.date, schools: list[School]
) -> Campaign:
    campaign = Campaign.objects.create(
        public_id=_uuid(ctx, name),
        name=name,
        starts_on=start,
        deadline=end,
        created_at=clock.at(start - DAY, 15, 10),
        created_by=ctx.people["it_manager"],
    )
    CampaignSchool.objects.bulk_create(
        CampaignSchool(campaign=campaign, school=school) for school in schools
    )
    return campaign


def _ended(ctx: SeedContext, schools: list[School]) -> None:
    """Tell a campaign of half a year ago: every cart counted, a few devices missing at the time."""
    rng = ctx.rng("audits.ended")
    start = ctx.today - 190 * DAY
    name = f"Inventaire {start.year}"
    campaign = _campaign(ctx, name, start=start, end=start + 40 * DAY, schools=schools)
    places = list(campaign.places.order_by("pk"))
    needed = planned_of([place.school_id for place in places])
    for place in places:
        place.planned = needed.get(place.school_id, 0)
    CampaignSchool.objects.bulk_update(places, ["planned"])
    who = ctx.people["it_technician"]
    audits: list[Audit] = []
    lines: list[AuditLine] = []
    events: list[FleetEvent] = []
    targets: list[tuple[Cart | None, School]] = []
    in_reach = [place.school_id for place in places]
    carts = Cart.objects.filter(school__in=in_reach).select_related("school").order_by("pk")
    targets += [(cart, cart.school) for cart in carts if cart.school is not None]
    later = FleetEvent.objects.filter(
        at__gt=clock.at(start, 0), kind__in=("entered", "moved", "swapped_in", "swapped_out")
    )
    there = Device.objects.live().exclude(pk__in=later.values("device"))
    outside: dict[int, list[Device]] = {}
    for device in there.filter(school__in=in_reach).select_related("school").order_by("pk"):
        outside.setdefault(device.school_id or 0, []).append(device)
    targets += [(None, rows[0].school) for rows in outside.values() if rows[0].school is not None]
    inside: dict[int, list[Device]] = {}
    for device in there.filter(cart__in=carts).order_by("cart", "slot"):
        inside.setdefault(device.cart_id or 0, []).append(device)
    for number, (cart, school) in enumerate(targets):
        at = clock.at(start + rng.randint(2, 38) * DAY, rng.randint(8, 16), rng.randint(0, 59))
        audit = Audit(
            public_id=_uuid(ctx, f"ended.{number}"),
            cart=cart,
            school=school,
            campaign=campaign,
            state=Audit.State.CLOSED,
            opened_at=at,
            opened_by=who,
            closed_at=at + dt.timedelta(minutes=rng.randint(1, 4)),
            closed_by=who,
        )
        audits.append(audit)
        for device in inside.get(cart.pk, []) if cart else outside.get(school.pk, []):
            missing = rng.random() < 0.012
            verdict = AuditLine.Verdict.MISSING if missing else AuditLine.Verdict.HERE
            lines.append(AuditLine(audit=audit, device=device, verdict=verdict, slot=device.slot))
    Audit.objects.bulk_create(audits, batch_size=2000)
    AuditLine.objects.bulk_create(lines, batch_size=2000)
    events = [
        FleetEvent(
            at=line.audit.closed_at or line.audit.opened_at,
            kind=FleetEvent.Kind.MISSED
            if line.verdict == AuditLine.Verdict.MISSING
            else FleetEvent.Kind.SEEN,
            device=line.device,
            school=line.audit.school,
            cart=line.audit.cart,
            actor=who,
        )
        for line in lines
    ]
    FleetEvent.objects.bulk_create(events, batch_size=2000)
    Campaign.objects.filter(pk=campaign.pk).update(closed_at=clock.at(start + 41 * DAY, 9, 30))


def _half_done(ctx: SeedContext, campaign: Campaign) -> None:
    """Leave the demo school half counted: a cart begun, a device of elsewhere, an unknown code."""
    by = Actor(user=ctx.people["it_technician"])
    done: Cart = ctx.marks["broken_cart"]
    begun: Cart = ctx.marks["lina_cart"]
    if done.pk == begun.pk:
        return
    audit, _new = actions.open_audit(by=by, cart=done)
    devices = list(done.devices.order_by("slot"))
    _scan(ctx, by, audit, [device.asset_tag for device in devices[1:]])
    stray = devices[0]
    missing = {device.pk for device in devices[:1]}
    actions.close_audit(by=by, audit=audit, missing=missing)
    audit, _new = actions.open_audit(by=by, cart=begun)
    seen = [device.serial for device in begun.devices.order_by("slot")[:8]]
    _scan(ctx, by, audit, [*seen, stray.asset_tag, "MAIRIE-1998-0417"])
    Audit.objects.filter(campaign=campaign, state="open").update(
        opened_at=clock.now() - dt.timedelta(minutes=4)
    )


def _scan(ctx: SeedContext, by: Actor, audit: Audit, texts: list[str]) -> None:
    acts = [
        Act(_uuid(ctx, f"scan.{audit.cart_id}.{number}"), number=number, text=text, via="camera")
        for number, text in enumerate(texts)
    ]
    actions.record_acts(by=by, audit=audit, acts=acts)


def _labels(ctx: SeedContext) -> None:
    """Log the labelling of the demo cart, and a few labels printed again since."""
    cart: Cart = ctx.marks["lina_cart"]
    devices = list(cart.devices.order_by("slot"))
    first = clock.at(ctx.today - 300 * DAY, 14, 20)
    who = ctx.people["it_technician"]
    prints = [LabelPrint(at=first, by=who, cart=cart, reason="first", sheet="L7160", place=1)]
    prints += [
        LabelPrint(at=first, by=who, device=device, reason="first", sheet="L7160", place=place)
        for place, device in enumerate(devices, 2)
    ]
    for days, slot, reason in ((74, 3, "worn"), (41, 7, "lost"), (9, 3, "worn")):
        prints += [
            LabelPrint(
                at=clock.at(ctx.today - days * DAY, 10, 5),
                by=who,
                device=device,
                reason=reason,
                sheet="L7651",
                place=slot,
            )
            for device in devices
            if device.slot == slot
        ]
    LabelPrint.objects.bulk_create(prints)
