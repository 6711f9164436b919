"""Demo data of the canteen: kitchens, menus, registrations, a month of meals and the next ones.

Past meals are the last service days before today and coming ones the next service days,
wherever they lie: in July and August that is June and September, at a week-end Friday and
Monday. The order of the next service day is left to send, today's attendance to tick.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

from core import clock
from core.seeding import SeedContext
from enrolment.canteen.models import (
    Booking,
    Diet,
    Kitchen,
    MealRegistration,
    Refectory,
    ServiceDay,
    ServiceRule,
    WeeklyPattern,
)
from enrolment.canteen.queries import load_service
from enrolment.canteen.seeding_menus import write_menus
from enrolment.canteen.seeding_orders import write_orders
from enrolment.schools.models import RollEntry, School, SchoolYear
from families.models import HealthCarePlan

BATCH = 2000
#: Usual weeks and how many of a hundred families choose them.
WEEKS = (
    (frozenset({1, 2, 4, 5}), 72),
    (frozenset({1, 2, 4}), 5),
    (frozenset({2, 4, 5}), 5),
    (frozenset({1, 2, 5}), 5),
    (frozenset({1, 4}), 5),
    (frozenset({2, 4}), 4),
    (frozenset({2, 5}), 4),
)
#: Share of the days of service that these weeks book.
FILL = sum(len(days) * share for days, share in WEEKS) / 400
DIETS: tuple[tuple[str, int], ...] = (
    (Diet.STANDARD, 71),
    (Diet.NO_PORK, 17),
    (Diet.NO_MEAT, 12),
)
_NAMES = ("Les Calanques", "La Viste", "Saint-Loup")
_COLUMNS = ("child_id", "school_id", "day", "diet", "state", "source", "excuse", "changed_at")


@dataclass
class _Eater:
    """A registered child, reduced to what makes its bookings."""

    child_id: int
    school_id: int
    weekdays: frozenset[int]
    diet: str
    steady: bool = False


def seed(ctx: SeedContext) -> None:
    """Write the canteen of the demo city."""
    _rules(ctx)
    service = load_service()
    past = service.calendar.last_before(ctx.today, 18)
    coming = service.calendar.first_after(ctx.today, 10 if ctx.scale.name == "city" else 34)
    today = [ctx.today] if service.calendar.is_served(ctx.today) else []
    kitchens = _kitchens(ctx)
    around = service.calendar.last_before(ctx.today, 25) + today
    write_menus(ctx.rng("menus"), kitchens, around + service.calendar.first_after(ctx.today, 45))
    year: SchoolYear = ctx.marks["school_year"]
    eaters = _registrations(ctx, year)
    later: list[_Eater] = []
    next_year: SchoolYear = ctx.marks["next_school_year"]
    if coming and coming[0] >= next_year.starts_on:
        later = _registrations(ctx, next_year, _move_up(ctx, year, next_year))
    rows = _Meals(ctx, past, today, coming)
    here = [day for day in past + today + coming if day < next_year.starts_on]
    there = [day for day in coming if day >= next_year.starts_on]
    plan = [(eater, here) for eater in eaters] + [(eater, there) for eater in later]
    _copy(rows.of(plan), ctx, sum(len(days) for _, days in plan))
    _service_days(ctx, rows, past, coming)
    write_orders(ctx, rows.cooked, kitchens, past[-5:] + today, today)


def _rules(ctx: SeedContext) -> None:
    year = clock.school_year_of(ctx.today)
    ServiceRule.objects.bulk_create(
        [
            ServiceRule(
                valid_from=dt.date(year - 6, 9, 1),
                resolution=f"Délibération n° {year - 6}-41 du 22 juin {year - 6}",
                weekdays=[1, 2, 4, 5],
                service_days_before=4,
                unbooked_surcharge_percent=0,
                waiting_days=2,
            ),
            ServiceRule(
                valid_from=dt.date(year - 2, 9, 1),
                resolution=f"Délibération n° {year - 2}-57 du 24 juin {year - 2}",
                weekdays=[1, 2, 4, 5],
                service_days_before=2,
                unbooked_surcharge_percent=10,
                waiting_days=1,
            ),
        ]
    )


def _kitchens(ctx: SeedContext) -> list[Kitchen]:
    count = 3 if ctx.scale.name == "city" else 2
    kitchens = Kitchen.objects.bulk_create(
        Kitchen(
            code=f"CC{number}",
            name=f"Cuisine centrale {name}",
            email=f"commandes.cc{number}@cuisines.port-mistral.example",
        )
        for number, name in enumerate(_NAMES[:count], start=1)
    )
    schools = list(School.objects.order_by("district", "pk"))
    # One big lot, two smaller ones, as tenders are cut.
    cuts = [
        0,
        *(round(len(schools) * part) for part in ((0.6, 0.82, 1) if count == 3 else (0.6, 1))),
    ]
    rows = []
    for number, kitchen in enumerate(kitchens):
        lot = schools[cuts[number] : cuts[number + 1]]
        per_route = 12 if len(lot) > 40 else 4
        rows += [
            Refectory(
                school=school,
                kitchen=kitchen,
                route=f"{chr(65 + number)}{index // per_route + 1:02d}",
                stop=index % per_route + 1,
            )
            for index, school in enumerate(lot)
        ]
    Refectory.objects.bulk_create(rows, batch_size=BATCH)
    return kitchens


def _move_up(ctx: SeedContext, year: SchoolYear, following: SchoolYear) -> list[Any]:
    """In summer, put the pupils who stay at their school on next year's roll.

    That is what heads do in June; nobody does it twice.
    """
    ladder = dict(
        zip(
            ("PS", "MS", "GS", "CP", "CE1", "CE2", "CM1"),
            ("MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2"),
            strict=True,
        )
    )
    known = set(RollEntry.objects.filter(school_year=following).values_list("child_id", flat=True))
    rows = [
        RollEntry(
            child_id=entry.child_id,
            school=entry.school,
            school_year=following,
            level=ladder[entry.level],
            admitted_on=min(ctx.today, following.starts_on),
        )
        for entry in RollEntry.objects.filter(
            school_year=year, left_on__isnull=True
        ).select_related("school")
        if ladder.get(entry.level) in entry.school.levels and entry.child_id not in known
    ]
    return RollEntry.objects.bulk_create(rows, batch_size=BATCH)


def _registrations(
    ctx: SeedContext, year: SchoolYear, roll: list[Any] | None = None
) -> list[_Eater]:
    rng = ctx.rng(f"meals:{year.start_year}")
    registered = ctx.scale.meals_a_day / ctx.scale.pupils / FILL
    demo = {ctx.marks["lina"].pk: WEEKS[0][0], ctx.marks["noe"].pk: frozenset({1, 2, 4})}
    packed = set(
        HealthCarePlan.objects.filter(brings_packed_lunch=True).values_list("child_id", flat=True)
    )
    entries = (
        [(entry.child_id, entry.school_id) for entry in roll]
        if roll is not None
        else RollEntry.objects.filter(school_year=year, left_on__isnull=True)
        .order_by("pk")
        .values_list("child_id", "school_id")
    )
    weeks = [week for week, _ in WEEKS]
    shares = [share for _, share in WEEKS]
    diets = [diet for diet, _ in DIETS]
    diet_shares = [share for _, share in DIETS]
    eaters = []
    for child, school in entries:
        lot = rng.random()
        week = rng.choices(weeks, shares)[0]
        diet = rng.choices(diets, diet_shares)[0]
        if child in demo:
            eaters.append(_Eater(child, school, demo[child], Diet.STANDARD, steady=True))
        elif child in packed or lot < registered:
            eaters.append(
                _Eater(child, school, week, Diet.PACKED_LUNCH if child in packed else diet)
            )
    accepted = clock.at(min(year.starts_on, ctx.today) - dt.timedelta(days=30), 10)
    for start in range(0, len(eaters), 10_000):
        part = eaters[start : start + 10_000]
        registrations = MealRegistration.objects.bulk_create(
            (
                MealRegistration(
                    child_id=eater.child_id,
                    school_year=year,
                    starts_on=year.starts_on,
                    rules_accepted_at=accepted,
                )
                for eater in part
            ),
            batch_size=BATCH,
        )
        WeeklyPattern.objects.bulk_create(
            (
                WeeklyPattern(
                    registration=registration,
                    valid_from=year.starts_on,
                    monday=1 in eater.weekdays,
                    tuesday=2 in eater.weekdays,
                    thursday=4 in eater.weekdays,
                    friday=5 in eater.weekdays,
                    diet=eater.diet,
                )
                for registration, eater in zip(registrations, part, strict=True)
            ),
            batch_size=BATCH,
        )
        ctx.progress("cantine : inscriptions", start + len(part), len(eaters))
    return eaters


class _Meals:
    """Makes booking rows up and counts them on the way."""

    def __init__(
        self,
        ctx: SeedContext,
        past: list[dt.date],
        today: list[dt.date],
        coming: list[dt.date],
    ) -> None:
        self.rng: random.Random = ctx.rng("bookings")
        self.over = set(past)
        self.ahead = set(coming)
        #: (school id, day, diet) → meals a kitchen cooks.
        self.cooked: Counter[tuple[int, dt.date, str]] = Counter()
        self.booked: Counter[tuple[int, dt.date]] = Counter()
        self.stamp = clock.at(ctx.today - dt.timedelta(days=40), 8)

    def of(self, plan: Iterable[tuple[_Eater, list[dt.date]]]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``_COLUMNS``."""
        rng = self.rng
        # Both engines read this as UTC.
        stamp = self.stamp.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        for eater, days in plan:
            for day in days:
                booked = day.isoweekday() in eater.weekdays
                lot = rng.random()
                state, source, excuse = "booked", "pattern", ""
                if not booked:
                    if eater.steady or lot > 0.04:
                        continue
                    came_unbooked = lot < 0.012 and day in self.over
                    source = "unbooked" if came_unbooked else "single"
                elif lot < (0.1 if eater.steady else 0.03):
                    state, source = "cancelled", "single"
                if day in self.over and state != "cancelled":
                    absent = source != "unbooked" and rng.random() < 0.035
                    state = "absent" if absent else "served"
                    excuse = "sick" if absent and rng.random() < 0.3 else ""
                if state != "cancelled" and source != "unbooked":
                    self.cooked[eater.school_id, day, eater.diet] += 1
                    self.booked[eater.school_id, day] += 1
                yield (
                    eater.child_id,
                    eater.school_id,
                    day.isoformat(),
                    eater.diet,
                    state,
                    source,
                    excuse,
                    stamp,
                )


def _copy(rows: Iterator[tuple[Any, ...]], ctx: SeedContext, expected: int) -> None:
    """Load bookings the fastest way an engine has."""
    table = Booking._meta.db_table
    tracked = ctx.track("cantine : repas", rows, expected)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            copied = cursor.copy(f"COPY {table} ({', '.join(_COLUMNS)}) FROM STDIN")
            with copied as copy:
                while block := "".join(
                    "\t".join(map(str, row)) + "\n" for row in islice(tracked, 5000)
                ):
                    copy.write(block)
        return
    marks = ", ".join(["%s"] * len(_COLUMNS))
    statement = f"INSERT INTO {table} ({', '.join(_COLUMNS)}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        while rows_of_block := list(islice(tracked, 5000)):
            cursor.executemany(statement, rows_of_block)


def _service_days(
    ctx: SeedContext, meals: _Meals, past: list[dt.date], coming: list[dt.date]
) -> None:
    """One row a school and day; some schools have few seats, one of them is full some days."""
    gone = set(past)
    noon = {day: clock.at(day - dt.timedelta(days=2), 12, 5) for day in gone}
    most: dict[int, int] = defaultdict(int)
    for (school, _day), count in meals.booked.items():
        most[school] = max(most[school], count)
    rng = ctx.rng("seats")
    tight = {
        school: count + rng.choice((0, 0, 2, 5))
        for school, count in sorted(most.items())
        if rng.random() < 0.15 and school not in (ctx.marks["lina_school"].pk,)
    }
    refectories = list(Refectory.objects.filter(school__in=tight))
    for row in refectories:
        row.daily_capacity = tight[row.school_id]
    Refectory.objects.bulk_update(refectories, ["daily_capacity"], batch_size=500)
    ServiceDay.objects.bulk_create(
        (
            ServiceDay(
                school_id=school,
                day=day,
                capacity=tight.get(school),
                booked=count,
                frozen_at=noon.get(day),
            )
            for (school, day), count in sorted(meals.booked.items())
        ),
        batch_size=BATCH,
    )
