"""School years, schools, catchment areas, staff, classes and rolls of the demo city.

Reads ``ctx.marks["sectors"]`` (families.seeding). Leaves ``school_year``,
``next_school_year``, ``lina_school``, ``noe_school``, ``lina_class``, ``noe_class``.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import holidays

from core import clock
from core.accounts.models import Post, User
from core.accounts.roles import Role, ScopeKind
from core.seeding import SeedContext
from enrolment.schools.models import (
    ClassGroup,
    GradeLevel,
    RollEntry,
    School,
    SchoolClosure,
    SchoolYear,
    StreetSegment,
)
from families import seeding_names as names
from families.seeding_streets import SeedSector, fold, sector_counts

LEVEL_OF_AGE = dict(zip(range(2, 11), GradeLevel.values, strict=True))
BATCH = 2000
_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def uai(number: int) -> str:
    """Build a well-formed UAI: seven digits and the letter that checks them (modulo 23)."""
    return f"{number:07d}{_UAI_LETTERS[number % 23]}"


def seed(ctx: SeedContext) -> None:
    """Write the schools' side of the city and put every child on a roll."""
    year = clock.school_year_of(ctx.today)
    years = {start: _school_year(start) for start in range(year - 1, year + 2)}
    ctx.marks["school_year"], ctx.marks["next_school_year"] = years[year], years[year + 1]
    sectors: list[SeedSector] = ctx.marks["sectors"]
    schools = _schools(ctx, sectors)
    _segments(sectors, schools, [years[year], years[year + 1]])
    classes, placed = _classes(ctx, sectors, schools, years[year])
    _roll(ctx, placed, years[year])
    _demo_places(ctx, schools, placed)
    _staff(ctx, schools, classes)


def _school_year(start: int) -> SchoolYear:
    """Make a year whose calendar follows the pattern of zone B; the dates are invented."""
    first = dt.date(start, 9, 1)
    while first.weekday() >= 5:
        first += dt.timedelta(days=1)
    last = dt.date(start + 1, 7, 3)
    while last.weekday() != 4:
        last += dt.timedelta(days=1)
    year = SchoolYear.objects.create(start_year=start, starts_on=first, ends_on=last)
    SchoolClosure.objects.bulk_create(
        SchoolClosure(school_year=year, label=label, starts_on=begin, ends_on=end)
        for label, begin, end in _closures(start, first, last)
    )
    return year


def _closures(start: int, first: dt.date, last: dt.date) -> Iterator[tuple[str, dt.date, dt.date]]:
    for label, anchor in (
        ("Vacances de la Toussaint", dt.date(start, 10, 18)),
        ("Vacances de Noël", dt.date(start, 12, 20)),
        ("Vacances d'hiver", dt.date(start + 1, 2, 14)),
        ("Vacances de printemps", dt.date(start + 1, 4, 11)),
    ):
        saturday = anchor + dt.timedelta(days=(5 - anchor.weekday() + 3) % 7 - 3)
        yield label, saturday, saturday + dt.timedelta(days=15)
    for day, label in sorted(
        holidays.country_holidays("FR", years=[start, start + 1], language="fr").items()
    ):
        if first <= day <= last:
            yield str(label), day, day
            if str(label) == "Ascension":
                bridge = day + dt.timedelta(days=1)
                yield "Pont de l'Ascension", bridge, bridge


def _schools(ctx: SeedContext, sectors: list[SeedSector]) -> dict[int, list[School]]:
    rng = ctx.rng("schools")
    primaries, _ = sector_counts(ctx.scale.schools)
    # The first sector has a pair, for the demo family has a child in each school.
    single = set(range(len(sectors) - primaries, len(sectors)))
    titles = _titles(rng, ctx.scale.schools)
    by_sector: dict[int, list[School]] = {}
    serial = 990_001
    places = _places(len(sectors))
    for sector in sectors:
        kinds = (
            [School.Kind.PRIMARY]
            if sector.index in single
            else [School.Kind.KINDERGARTEN, School.Kind.ELEMENTARY]
        )
        title = next(titles)
        rows: list[School] = []
        for kind in kinds:
            index = None if rng.random() < 0.03 else round(1000 * sector.wealth**0.6 * 1.03)
            rows.append(
                School(
                    uai=uai(serial),
                    name=f"{kind.label} {title}",
                    kind=kind,
                    priority=_priority(sector.wealth),
                    # No index is published for kindergartens: missing is not zero.
                    position_index=None if kind == School.Kind.KINDERGARTEN else index,
                    street=sector.streets[1],
                    number=2 + 4 * len(rows),
                    postcode=sector.postcode,
                    district=sector.district,
                    phone=f"04 91 00 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}",
                    latitude=places[sector.index][0] + rng.random() * 0.004,
                    longitude=places[sector.index][1] + rng.random() * 0.006,
                    capacity=0,
                )
            )
            serial += 1
        by_sector[sector.index] = rows
    School.objects.bulk_create([s for rows in by_sector.values() for s in rows], batch_size=BATCH)
    return by_sector


def _places(count: int) -> list[tuple[float, float]]:
    """Spread sectors evenly over a city that opens on a bay to the west.

    A sunflower's seeds, less those that would fall into the sea; by bearing, so that the
    sectors of one district lie side by side.
    """
    turn = math.pi * (3 - 5**0.5)
    seeds = ((0.12 + (k / count) ** 0.5, k * turn % math.tau) for k in itertools.count(1))
    land = ((r, a) for r, a in seeds if abs(a - math.pi) > (0.95 if r < 0.75 else 0.6))
    by_bearing = sorted(itertools.islice(land, count), key=lambda place: place[1])
    spread = 0.075 / max(r for r, _ in by_bearing)
    return [
        (43.30 + spread * r * math.sin(a), 5.39 + 1.5 * spread * r * math.cos(a))
        for r, a in by_bearing
    ]


def _titles(rng: random.Random, count: int) -> Iterator[str]:
    taken: set[str] = set()
    pool = list(names.SCHOOL_NAMES)
    while True:
        title = (
            pool.pop(0)
            if pool
            else f"{rng.choice(names.GIVEN_NAMES_WOMEN + names.GIVEN_NAMES_MEN)}-"
            f"{rng.choice(names.FAMILY_NAMES)}"
        )
        if title not in taken:
            taken.add(title)
            yield title


def _priority(wealth: float) -> str:
    if wealth < 0.75:
        return School.Priority.REP_PLUS
    return School.Priority.REP if wealth < 0.95 else School.Priority.NONE


def _segments(
    sectors: list[SeedSector], schools: dict[int, list[School]], years: list[SchoolYear]
) -> None:
    """Whole streets, but the last one of a sector is shared with its neighbour by side."""
    rows = []
    for year in years:
        for sector in sectors:
            neighbour = sectors[(sector.index + 1) % len(sectors)]
            for street in sector.streets[:-1]:
                rows += [
                    StreetSegment(school_year=year, school=school, street=street)
                    for school in schools[sector.index]
                ]
            for owner, parity in ((sector, "even"), (neighbour, "odd")):
                rows += [
                    StreetSegment(
                        school_year=year, school=school, street=sector.streets[-1], parity=parity
                    )
                    for school in schools[owner.index]
                ]
    StreetSegment.objects.bulk_create(rows, batch_size=BATCH)


Placed = list[tuple[Any, School, str, ClassGroup]]


def _classes(
    ctx: SeedContext,
    sectors: list[SeedSector],
    schools: dict[int, list[School]],
    year: SchoolYear,
) -> tuple[list[ClassGroup], Placed]:
    """Fill classes level by level; levels too small for one are taught together."""
    classes: list[ClassGroup] = []
    placed: Placed = []
    for sector in sectors:
        for school in schools[sector.index]:
            split = school.priority == School.Priority.REP_PLUS
            by_level: dict[str, list[Any]] = defaultdict(list)
            for child, age in sector.children:
                if LEVEL_OF_AGE[age] in school.levels:
                    by_level[LEVEL_OF_AGE[age]].append(child)
            for level in school.levels:
                children = by_level.get(level, [])
                # CP and CE1 are split in two in REP+ (about 12 pupils a class).
                size = 14 if split and level in ("CP", "CE1") else 27
                count = -(-len(children) // size)
                for number in range(count):
                    letter = f" {chr(65 + number)}" if count > 1 else ""
                    group = ClassGroup(
                        school=school,
                        school_year=year,
                        name=f"{level}{letter}",
                        levels=[level],
                        capacity=size,
                    )
                    classes.append(group)
                    share = children[number::count]
                    placed += [(child, school, level, group) for child in share]
            school.capacity = sum(g.capacity for g in classes if g.school is school) + 12
    School.objects.bulk_update(
        [s for rows in schools.values() for s in rows], ["capacity"], batch_size=BATCH
    )
    ClassGroup.objects.bulk_create(classes, batch_size=BATCH)
    return classes, placed


def _roll(ctx: SeedContext, placed: Placed, year: SchoolYear) -> None:
    admitted = min(year.starts_on, ctx.today)
    for start in range(0, len(placed), 5000):
        RollEntry.objects.bulk_create(
            (
                RollEntry(
                    child=child,
                    school=school,
                    school_year=year,
                    level=level,
                    class_group=group,
                    admitted_on=admitted,
                )
                for child, school, level, group in placed[start : start + 5000]
            ),
            batch_size=BATCH,
        )
        ctx.progress("élèves", min(start + 5000, len(placed)), len(placed))


def _demo_places(ctx: SeedContext, schools: dict[int, list[School]], placed: Placed) -> None:
    ctx.marks["noe_school"], ctx.marks["lina_school"] = schools[0]
    for key in ("lina", "noe"):
        child = ctx.marks[key]
        ctx.marks[f"{key}_class"] = next(group for c, _, _, group in placed if c is child)


def _staff(ctx: SeedContext, schools: dict[int, list[School]], classes: list[ClassGroup]) -> None:
    """One teacher a class, one head a school, technicians by district, agents for the city."""
    rng = ctx.rng("staff")
    people: list[User] = []
    posts: list[Post] = []
    teaching: list[tuple[ClassGroup, User]] = []
    since = ctx.today - dt.timedelta(days=700)

    def hire(role: Role, kind: ScopeKind, ref: str, user: User | None = None) -> User:
        if user is None:
            given = rng.choice(names.GIVEN_NAMES_WOMEN + names.GIVEN_NAMES_MEN)
            family = rng.choice(names.FAMILY_NAMES)
            user = User(
                email=f"{fold(given)}.{fold(family)}.{len(people)}@ville.example".replace(" ", "-"),
                given_name=given,
                family_name=family,
                password=ctx.quick_password,
            )
            people.append(user)
        posts.append(Post(user=user, role=role, scope_kind=kind, scope_ref=ref, starts_on=since))
        return user

    for group in classes:
        known = ctx.people["teacher"] if group is ctx.marks["lina_class"] else None
        user = hire(Role.TEACHER, ScopeKind.SCHOOL, group.school.uai, known)
        teaching.append((group, user))
    technicians: dict[str, User] = {}
    for rows in schools.values():
        for school in rows:
            head = ctx.people["head_teacher"] if school is ctx.marks["lina_school"] else None
            hire(Role.HEAD_TEACHER, ScopeKind.SCHOOL, school.uai, head)
            mine = ctx.people["it_technician"] if rows is schools[0] else None
            zone = school.district if len(schools) < 20 else school.postcode
            user = hire(
                Role.IT_TECHNICIAN, ScopeKind.SCHOOL, school.uai, mine or technicians.get(zone)
            )
            technicians.setdefault(zone, user)
    User.objects.bulk_create(people, batch_size=BATCH)
    Post.objects.bulk_create(posts, batch_size=BATCH)
    ClassGroup.teachers.through.objects.bulk_create(
        (
            ClassGroup.teachers.through(classgroup_id=group.pk, user_id=user.pk)
            for group, user in teaching
        ),
        batch_size=BATCH,
    )
