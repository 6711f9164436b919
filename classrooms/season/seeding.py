"""Demo data of September: a run half done, with one school in the middle of its steps."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from classrooms.models import Cart, Device, FleetEvent, HandOut, HandOutItem
from classrooms.season.models import CartPlan, SchoolSeason, SeasonRun, SeasonStep
from classrooms.season.queries import equipped_schools
from classrooms.seeding_models import Numbers
from core import clock
from core.seeding import SeedContext
from enrolment.schools.models import ClassGroup, RollEntry, School, SchoolYear

DAY = dt.timedelta(days=1)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    year: SchoolYear = ctx.marks["school_year"]
    own: School = ctx.marks["lina_school"]
    numbers = Numbers(ctx.rng("season-numbers"))
    _last_year(ctx, year, own, numbers)
    began = max(min(year.starts_on - 6 * DAY, ctx.today - 9 * DAY), ctx.today - 80 * DAY)
    run = SeasonRun.objects.create(
        public_id=numbers.uuid(),
        school_year=year,
        started_by=ctx.people["it_manager"],
        started_at=clock.at(began, 9),
    )
    schools = equipped_schools()
    seasons = SchoolSeason.objects.bulk_create(
        SchoolSeason(public_id=numbers.uuid(), run=run, school=school) for school in schools
    )
    groups = Counter(ClassGroup.objects.filter(school_year=year).values_list("school", flat=True))
    pupils = Counter(
        RollEntry.objects.filter(school_year=year, left_on__isnull=True).values_list(
            "school", flat=True
        )
    )
    outs: dict[int, list[HandOut]] = {}
    for out in HandOut.objects.open().filter(cart__isnull=False, class_group__school_year=year):
        outs.setdefault(out.school_id, []).append(out)
    carts = Counter(Cart.objects.filter(school__isnull=False).values_list("school", flat=True))
    steps: list[SeasonStep] = []
    plans: list[CartPlan] = []
    for place, season in enumerate(seasons):
        school, given = season.school_id, outs.get(season.school_id, [])
        figures = {
            "classes": {"classes": groups[school], "pupils": pupils[school], "alone": 0},
            "loans": {"back": 9 + place % 7, "missing": 0},
            "audit": {"counted": carts[school], "left": 0},
            "carts": {"handed": len(given), "stay": carts[school] - len(given)},
            "print": {},
        }
        done = 1 if school == own.pk else (5, 5, 4, 2)[place % 4]
        if done >= 4:
            plans += [
                CartPlan(season=season, cart=out.cart, class_group=out.class_group, hand_out=out)
                for out in given
            ]
        steps += [
            SeasonStep(
                season=season,
                key=key,
                done_at=clock.at(min(began + (2 + turn) * DAY, ctx.today - DAY), 10 + turn),
                done_by=ctx.people["it_technician"],
                figures=figures[key],
            )
            for turn, key in enumerate(list(figures)[:done])
        ]
    CartPlan.objects.bulk_create(plans)
    SeasonStep.objects.bulk_create(steps)


def _last_year(ctx: SeedContext, year: SchoolYear, own: School, numbers: Numbers) -> None:
    """Leave a class of last year with two laptops, and as the last holder of Lina's cart."""
    start = year.starts_on
    last, _new = SchoolYear.objects.get_or_create(
        start_year=year.start_year - 1,
        defaults={
            "starts_on": start.replace(year=start.year - 1),
            "ends_on": dt.date(year.start_year, 7, 3),
        },
    )
    group, _made = ClassGroup.objects.get_or_create(
        school=own, school_year=last, name="CM1 Baleine", defaults={"levels": ["CM1"]}
    )
    past = HandOut.objects.filter(cart=ctx.marks["lina_cart"], state="closed")
    newest = past.order_by("-handed_at").first()
    if newest is not None:
        HandOut.objects.filter(pk=newest.pk).update(holder="class", class_group=group)
    held = HandOutItem.objects.out().values("device")
    loose = list(
        Device.objects.filter(school=own, state="in_use", departures__isnull=True)
        .exclude(pk__in=held)
        .order_by("asset_tag")[:2]
    )
    for device in loose:
        at = clock.at(max(dt.date(last.start_year, 11, 12), ctx.today - 55 * DAY), 11)
        out = HandOut.objects.create(
            public_id=numbers.uuid(),
            holder="class",
            school=own,
            class_group=group,
            handed_at=at,
            handed_by=ctx.people["it_technician"],
            due_on=max(clock.service_day(at), min(last.ends_on, ctx.today - DAY)),
        )
        HandOutItem.objects.create(hand_out=out, device=device, out_at=at)
        FleetEvent.objects.create(
            at=at,
            kind="handed_out",
            device=device,
            school=own,
            hand_out=out,
            actor=ctx.people["it_technician"],
        )
