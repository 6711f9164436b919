"""What each step of a school shows before it is done: classes, old loans, counts, carts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from classrooms.audits.models import Audit
from classrooms.models import Cart, HandOut, HandOutItem
from classrooms.season import rules
from classrooms.season.models import CartPlan, SchoolSeason, SeasonRun, SeasonStep
from core import clock
from core.accounts.models import User
from enrolment.schools.models import ClassGroup, RollEntry, School


def current_run(user: User) -> SeasonRun | None:
    """Return the latest run, open or not."""
    run: SeasonRun | None = (
        SeasonRun.objects.visible_to(user).select_related("school_year", "campaign").first()
    )
    return run


@dataclass
class Row:
    """A school's progress: which steps are done, in order, and the next one."""

    season: SchoolSeason
    steps: list[tuple[str, Any, SeasonStep | None]]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step is not None for _key, _label, step in self.steps)

    @property
    def is_complete(self) -> bool:
        """True once every step is done."""
        return self.done == len(self.steps)

    @property
    def next(self) -> Any:
        """Name of the first step not done."""
        return next((label for _key, label, step in self.steps if step is None), "")

    def figure(self, key: str, name: str) -> Any:
        """Return what a step counted, or nothing when it is not done."""
        step = next((step for code, _label, step in self.steps if code == key), None)
        return step.figures.get(name) if step else None


def rows_of(user: User, run: SeasonRun) -> list[Row]:
    """Return the progress of a run's schools that one may see, in three queries."""
    seasons = list(
        SchoolSeason.objects.visible_to(user)
        .filter(run=run)
        .select_related("school")
        .order_by("school__name", "pk")
    )
    return with_steps(seasons)


def with_steps(seasons: list[SchoolSeason]) -> list[Row]:
    """Return the progress of some schools."""
    done: dict[int, dict[str, SeasonStep]] = defaultdict(dict)
    for step in SeasonStep.objects.filter(season__in=seasons).select_related("done_by"):
        done[step.season_id][step.key] = step
    labels = dict(SeasonStep.Key.choices)
    return [
        Row(season, [(key, labels[key], done[season.pk].get(key)) for key in rules.STEPS])
        for season in seasons
    ]


@dataclass(frozen=True)
class ClassRow:
    """A class of the new year."""

    group: ClassGroup
    pupils: int
    teachers: list[str]


def classes_of(school: School, year: int) -> list[ClassRow]:
    """Return a school's classes of a year with their teachers and how many pupils they have."""
    groups = list(
        ClassGroup.objects.filter(school=school, school_year=year)
        .prefetch_related("teachers")
        .order_by("name", "pk")
    )
    sizes = dict(
        RollEntry.objects.filter(class_group__in=groups, left_on__isnull=True)
        .order_by()
        .values_list("class_group")
        .annotate(count=Count("pk"))
    )
    return [
        ClassRow(group, sizes.get(group.pk, 0), [t.get_full_name() for t in group.teachers.all()])
        for group in groups
    ]


def old_loans(season: SchoolSeason) -> QuerySet[Any]:
    """Return hand-outs to classes and pupils' places of earlier years that are still open."""
    loans: QuerySet[Any] = (
        HandOut.objects.open()
        .filter(
            school=season.school_id,
            class_group__isnull=False,
            class_group__school_year__start_year__lt=season.run.school_year.start_year,
        )
        .select_related("class_group", "cart", "school", "teacher")
        .order_by("class_group__name", "pk")
    )
    return loans


def items_of(loans: list[HandOut]) -> dict[int, list[HandOutItem]]:
    """Return what is still out of each hand-out."""
    found: dict[int, list[HandOutItem]] = defaultdict(list)
    items = HandOutItem.objects.out().filter(hand_out__in=loans).select_related("device__model")
    for item in items.order_by("slot", "device__asset_tag", "pk"):
        found[item.hand_out_id].append(item)
    return found


def counted_carts(season: SchoolSeason) -> list[tuple[Cart, Any]]:
    """Return a school's carts, each with when it was last counted in this run, if it was."""
    carts = Cart.objects.filter(school=season.school_id).order_by("code")
    closed = Q(audits__state=Audit.State.CLOSED, audits__closed_at__gte=season.run.started_at)
    rows = carts.annotate(counted=Max("audits__closed_at", filter=closed))
    return [(cart, cart.counted) for cart in rows]


@dataclass
class CartRow:
    """A cart: who had it, who should have it, who has it."""

    cart: Cart
    before: ClassGroup | None
    chosen: int | None
    current: HandOut | None
    fit: int

    @property
    def is_out(self) -> bool:
        """True while somebody has it."""
        return self.current is not None


def cart_rows(season: SchoolSeason) -> list[CartRow]:
    """Return a school's carts with last year's class and the one planned, proposed if none is."""
    working = Count("devices", filter=Q(devices__state="in_use"))
    found = Cart.objects.filter(school=season.school_id).annotate(fit=working).order_by("code")
    carts, fit = list(found), {cart.pk: cart.fit for cart in found}
    before = last_holders(season, carts)
    plans = {
        plan.cart_id: plan
        for plan in CartPlan.objects.filter(season=season).select_related("hand_out")
    }
    outs = {
        out.cart_id: out
        for out in HandOut.objects.open()
        .filter(cart__in=carts)
        .select_related("class_group", "teacher", "school")
    }
    free = [cart for cart in carts if cart.pk not in outs]
    proposed = proposal(season, free, before) if len(plans) < len(carts) else {}
    rows = []
    for cart in carts:
        plan, out = plans.get(cart.pk), outs.get(cart.pk)
        chosen = plan.class_group_id if plan else proposed.get(cart.pk)
        rows.append(CartRow(cart, before.get(cart.pk), chosen, out, fit[cart.pk]))
    return rows


def last_holders(season: SchoolSeason, carts: list[Cart]) -> dict[int, ClassGroup]:
    """Return the class that last had each cart before this school year."""
    year = season.run.school_year
    outs = (
        HandOut.objects.filter(
            cart__in=carts,
            class_group__school_year__start_year__lt=year.start_year,
        )
        .select_related("class_group")
        .prefetch_related("class_group__teachers")
        .order_by("handed_at", "pk")
    )
    return {out.cart_id: out.class_group for out in outs}


def proposal(
    season: SchoolSeason, carts: list[Cart], before: dict[int, ClassGroup]
) -> dict[int, int]:
    """Return the class proposed for each cart that is free; a class that has one waits."""
    open_ones = HandOut.objects.open().filter(cart__isnull=False, class_group__isnull=False)
    groups = (
        ClassGroup.objects.filter(school=season.school_id, school_year=season.run.school_year)
        .exclude(pk__in=open_ones.filter(school=season.school_id).values("class_group"))
        .prefetch_related("teachers")
        .order_by("name", "pk")
    )
    pairs = [(cart.pk, _plain(before[cart.pk]) if cart.pk in before else None) for cart in carts]
    return rules.propose(pairs, [_plain(group) for group in groups])


def _plain(group: ClassGroup) -> rules.Cls:
    teachers = frozenset(teacher.pk for teacher in group.teachers.all())
    return rules.Cls(group.pk, group.name, frozenset(group.levels), teachers)


def overdue(season: SchoolSeason) -> list[HandOutItem]:
    """Return what classes of earlier years have not given back."""
    loans = list(old_loans(season))
    kept = items_of(loans)
    by_pk = {loan.pk: loan for loan in loans}
    found = []
    for pk, items in kept.items():
        for item in items:
            item.hand_out = by_pk[pk]
            found.append(item)
    return found


def equipped_schools() -> list[School]:
    """Return the open schools that have carts, devices, or something handed out."""
    here = (
        Q(carts__isnull=False)
        | Q(devices__state__in=("in_use", "broken", "spare", "repair"))
        | Q(hand_outs__state="open")
    )
    return list(School.objects.filter(here, is_open=True).distinct().order_by("pk"))


def today_year() -> int:
    """Return the year in which the present school year began."""
    return clock.school_year_of(clock.today())
