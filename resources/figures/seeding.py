"""Demo data of the figures: a year of use in the rhythm of school, contracts, what is missed."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

from core import clock
from core.seeding import SeedContext
from enrolment.schools.models import ClassGroup
from resources.catalogue.models import Resource, Term
from resources.figures import counting, rules
from resources.figures.models import ClassUse, Gap, GapReport, Reader, SchoolUse, Subscription

#: How lively schools are, January to December, beside a full month.
_RHYTHM = (1.0, 0.7, 1.1, 0.7, 0.9, 0.8, 0.1, 0.0, 0.8, 0.9, 1.1, 0.7)
#: How much classes use the catalogue, and how much more so in the small city.
_ZEAL = (0, 0, 0, 2, 2, 3, 4, 6)
_KEENER = {"small": 3, "city": 1}
#: Months of use behind the running one.
_BACK = {"small": 26, "city": 12}
_CONTRACTS = 36
#: Notions that teachers miss, how many classes say so, and what came of it.
_MISSED = (
    ("CM1", "langues.provencal", 7, "open", "Un conte du pays, avec l’audio"),
    ("CM1", "sciences.objets", 4, "open", ""),
    ("CM2", "geographie.france", 5, "open", "Des cartes muettes du littoral"),
    ("CE2", "arts.histoire", 3, "bought", "Les fresques de la ville"),
    ("CP", "langues.allemand", 2, "ignored", ""),
    ("GS", "eveil.nombres", 6, "open", "Un jeu de dés à manipuler au tableau"),
)


@dataclass
class _Pool:
    """What classes of a level choose from, the most liked first."""

    keys: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


def seed(ctx: SeedContext) -> None:
    """Write this app's share of the demo city."""
    rng = ctx.rng("figures")
    resources = list(
        Resource.objects.validated(ctx.today).prefetch_related("levels").order_by("pk")
    )
    paid = [resource for resource in resources if resource.cost == Resource.Cost.PAID]
    idle = {resource.pk for resource in paid[::7]}
    pools = _pools(rng, [resource for resource in resources if resource.pk not in idle])
    opened = _seed_use(ctx, rng, pools)
    paid.sort(key=lambda resource: -opened[resource.pk])
    _seed_contracts(ctx, rng, [*paid[: _CONTRACTS - 6], *paid[-6:]])
    _seed_missed(ctx, rng)


def _pools(rng: random.Random, resources: list[Resource]) -> dict[str, _Pool]:
    pools: dict[str, _Pool] = {}
    for resource in resources:
        liking = min(rng.paretovariate(1.1), 15) * (1 + resource.quality)
        if resource.cost == Resource.Cost.PAID:
            liking *= 4  # schools are told of what the city pays for
        for level in resource.levels.all():
            pool = pools.setdefault(level.code, _Pool())
            pool.keys.append(resource.pk)
            pool.weights.append(liking)
    for pool in pools.values():
        pool.weights = list(itertools.accumulate(pool.weights))
    return pools


def _months(today: dt.date, number: int) -> list[tuple[dt.date, float]]:
    this = rules.month_of(today)
    months = [clock.months_later(this, -back) for back in range(number, -1, -1)]
    return [
        (month, _RHYTHM[month.month - 1] * (today.day / 30 if month == this else 1))
        for month in months
    ]


def _seed_use(ctx: SeedContext, rng: random.Random, pools: dict[str, _Pool]) -> Counter[int]:
    """Write the classes' and the schools' counts; return how often each resource was opened."""
    classes = list(
        ClassGroup.objects.filter(school_year=ctx.marks["school_year"])
        .order_by("school", "name", "pk")
        .values_list("pk", "school", "levels")
    )
    own = ctx.marks["lina_class"].pk if "lina_class" in ctx.marks else 0
    months = _months(ctx.today, _BACK[ctx.scale.name])
    began = dt.date(clock.school_year_of(ctx.today), 8, 1)
    by_class: list[ClassUse] = []
    by_school: Counter[tuple[int, dt.date, str, int, str]] = Counter()
    for group, school, levels in ctx.track("Ouvertures", classes, len(classes)):
        zeal = 12 if group == own else rng.choice(_ZEAL) * _KEENER[ctx.scale.name]
        for month, liveliness in months:
            wanted = round(zeal * liveliness + rng.random() - 0.5)
            seen: Counter[tuple[int, str]] = Counter()
            for _turn in range(max(wanted, 0)):
                level = rng.choice(levels)
                pool = pools.get(level)
                if pool is None:
                    continue
                key = rng.choices(pool.keys, cum_weights=pool.weights)[0]
                counts = [(Reader.TEACHER, rng.randint(1, 4))]
                if level not in ("TPS", "PS", "MS", "GS"):
                    counts.append((Reader.PUPIL, rng.randint(3, 32)))
                for reader, openings in counts:
                    seen[key, reader] += openings
                    shown = "" if reader == Reader.TEACHER and len(levels) > 1 else level
                    by_school[school, month, shown, key, reader] += openings
            if month >= began:
                by_class += [
                    ClassUse(
                        class_group_id=group,
                        month=month,
                        resource_id=key,
                        reader=reader,
                        openings=openings,
                    )
                    for (key, reader), openings in seen.items()
                ]
    ClassUse.objects.bulk_create(by_class, batch_size=5000)
    SchoolUse.objects.bulk_create(
        (
            SchoolUse(
                school_id=school,
                month=month,
                level=level,
                resource_id=key,
                reader=reader,
                openings=openings,
            )
            for (school, month, level, key, reader), openings in by_school.items()
        ),
        batch_size=5000,
    )
    counting.roll_up(month for month, _liveliness in months)
    opened: Counter[int] = Counter()
    for (_school, month, _level, key, _reader), openings in by_school.items():
        if month >= began:
            opened[key] += openings
    return opened


def _seed_contracts(ctx: SeedContext, rng: random.Random, paid: list[Resource]) -> None:
    """Write a year's contract for some paid resources, ended ones and coming ends among them."""
    contracts = []
    for number, resource in enumerate(paid):
        start = ctx.today - dt.timedelta(days=rng.randint(20, 330))
        cost = rng.choice((9_000, 18_000, 24_000, 42_000, 75_000, 120_000, 310_000))
        years = (1, 0) if number % 4 else (0,)
        for back in years:
            first = clock.months_later(start, -12 * back)
            contracts.append(
                Subscription(
                    resource=resource,
                    starts_on=first,
                    ends_on=clock.months_later(first, 12) - dt.timedelta(days=1),
                    cost_cents=cost - (cost // 20 if back else 0),
                    seats=rng.choice((None, 300, 1000, 5000)),
                    order_reference=f"BC-{first.year}-{1200 + number}",
                    funded_by="state" if number % 9 == 4 else "city",
                    renews_itself=number % 5 == 2,
                    created_at=clock.at(first, 9),
                )
            )
    Subscription.objects.bulk_create(contracts)


def _seed_missed(ctx: SeedContext, rng: random.Random) -> None:
    terms = {term.code: term for term in Term.objects.filter(vocabulary="domain")}
    classes = list(ClassGroup.objects.filter(school_year=ctx.marks["school_year"]).order_by("pk"))
    for level, code, number, state, wish in _MISSED:
        askers = [group for group in classes if level in group.levels]
        gap = Gap.objects.create(
            level=level,
            term=terms[code],
            state=state,
            settled_on=None if state == "open" else ctx.today - dt.timedelta(days=12),
        )
        GapReport.objects.bulk_create(
            GapReport(
                gap=gap,
                class_group=group,
                wish=wish if place == 0 else "",
                reported_on=ctx.today - dt.timedelta(days=rng.randint(1, 60)),
            )
            for place, group in enumerate(rng.sample(askers, min(number, len(askers))))
        )
