"""The figures of the fleet, each from the rows themselves, in few queries.

A person sees those of the schools within reach, and may narrow them further: by district, kind
of school, network of priority education. What waits in the workshop belongs to no school: it is
counted for the whole city only.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from classrooms import rules
from classrooms.access import FLEET_READERS
from classrooms.models import (
    Cart,
    Device,
    DeviceCategory,
    DeviceModel,
    HandOut,
    Incident,
    InternetLine,
)
from core import clock
from core.access import reach_of
from core.accounts.models import User
from enrolment.schools.models import RollEntry, School

#: Families of which pupils use one each; a printer or a screen serves a whole class.
PERSONAL = (DeviceCategory.Family.COMPUTER, DeviceCategory.Family.TABLET)


@dataclass(frozen=True)
class Chosen:
    """Which schools are looked at: all, or those of a district, kind, network; "" is any.

    ``priority`` is ``REP``, ``REP+`` or ``none``.
    """

    district: str = ""
    kind: str = ""
    priority: str = ""

    def __bool__(self) -> bool:
        return bool(self.district or self.kind or self.priority)

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Chosen:
        """Read an address; what cannot be chosen is ignored."""
        kind, priority = given.get("kind", ""), given.get("priority", "")
        return cls(
            district=given.get("district", "").replace("\x00", "")[:60],
            kind=kind if kind in School.Kind.values else "",
            priority=priority if priority in {"REP", "REP+", "none"} else "",
        )

    def condition(self) -> Q:
        """Return the condition on schools."""
        found = Q()
        if self.district:
            found &= Q(district=self.district)
        if self.kind:
            found &= Q(kind=self.kind)
        if self.priority:
            found &= Q(priority="" if self.priority == "none" else self.priority)
        return found


@dataclass
class SchoolFigures:
    """One school's row: what it has, for how many pupils, on which line."""

    school: School
    pupils: int = 0
    tablets: int = 0
    computers: int = 0
    others: int = 0
    carts: int = 0
    out_of_order: int = 0
    incidents: int = 0
    line: InternetLine | None = None

    @property
    def devices(self) -> int:
        """How many devices the school has."""
        return self.tablets + self.computers + self.others

    @property
    def personal(self) -> int:
        """How many of them a pupil uses alone: computers and tablets."""
        return self.tablets + self.computers

    @property
    def is_equipped(self) -> bool:
        """True if it has any device."""
        return self.devices > 0

    @property
    def per_hundred(self) -> float | None:
        """Devices for a hundred pupils, to one decimal; None without pupils."""
        return round(self.personal * 100 / self.pupils, 1) if self.pupils else None

    @property
    def pupils_per_device(self) -> float | None:
        """Pupils for one device, to one decimal; None without devices."""
        return round(self.pupils / self.personal, 1) if self.personal else None


@dataclass
class CityFigures:
    """What the dashboard shows. Keys of ``by_age`` are categories, None an unknown age."""

    schools: list[SchoolFigures]
    categories: list[DeviceCategory] = field(default_factory=list)
    models: list[DeviceModel] = field(default_factory=list)
    by_state: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_age: dict[int, Counter[int | None]] = field(default_factory=lambda: defaultdict(Counter))
    by_model: Counter[int] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    line_cents: int = 0
    slow_lines: int = 0
    ending_lines: int = 0
    incidents: Counter[int] = field(default_factory=Counter)
    late_incidents: int = 0
    #: Faults of the last twelve months: by first day of the month and kind, by model.
    faults_by_month: dict[dt.date, Counter[str]] = field(default_factory=dict)
    faults_by_model: Counter[int] = field(default_factory=Counter)
    overdue: int = 0
    carts_out: int = 0

    @property
    def equipped(self) -> int:
        """Schools that have any device."""
        return sum(row.is_equipped for row in self.schools)

    @property
    def coverage(self) -> int:
        """Share of the schools that are equipped, in percent."""
        return rules.share(self.equipped, len(self.schools))

    @property
    def families(self) -> dict[str, int]:
        """Devices by family: computers, tablets, others."""
        return {str(f): sum(self.by_state.get(f, {}).values()) for f in DeviceCategory.Family}

    @property
    def devices(self) -> int:
        """All devices not written off."""
        return sum(self.families.values())

    @property
    def pupils(self) -> int:
        """Pupils on the rolls of the schools counted."""
        return sum(row.pupils for row in self.schools)

    @property
    def pupils_per_device(self) -> float | None:
        """Pupils for one device in the equipped schools, to one decimal."""
        return ratio_of([row for row in self.schools if row.is_equipped])

    @property
    def carts(self) -> int:
        """Carts in schools."""
        return sum(row.carts for row in self.schools)

    @property
    def all_lines(self) -> int:
        """Internet lines in service."""
        return sum(self.lines.values())

    @property
    def fast_share(self) -> int:
        """Share of the lines at very high speed, in percent."""
        return rules.share(self.all_lines - self.slow_lines, self.all_lines)

    @property
    def open_incidents(self) -> int:
        """Faults still to be settled."""
        return sum(self.incidents.values())


def ratio_of(rows: list[SchoolFigures]) -> float | None:
    """Return pupils for one device over some schools, to one decimal; None without devices."""
    devices = sum(row.personal for row in rows)
    return round(sum(row.pupils for row in rows) / devices, 1) if devices else None


def districts_within_reach(user: User) -> list[str]:
    """Return the districts of the schools that a person sees, by name."""
    schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_READERS)
    return list(schools.order_by("district").values_list("district", flat=True).distinct())


def school_figures(user: User, chosen: Chosen | None = None) -> list[SchoolFigures]:
    """Return one row for each open school within a person's reach, by name; six queries."""
    rows = _rolls(user, chosen or Chosen())
    devices = Device.objects.live().with_place().filter(place_school__isnull=False).order_by()
    keys = ("place_school", "model__category__family", "state")
    for school, family, state, count in devices.values_list(*keys).annotate(n=Count("pk")):
        if (row := rows.get(school)) is not None:
            _count(row, family, state, count)
    counts = Incident.objects.open().filter(school__isnull=False).order_by().values_list("school")
    for school, count in counts.annotate(n=Count("pk")):
        if school in rows:
            rows[school].incidents = count
    _add_carts(rows)
    for line in _lines(user):
        if line.school_id in rows:
            rows[line.school_id].line = line
    return list(rows.values())


def _rolls(user: User, chosen: Chosen) -> dict[int, SchoolFigures]:
    schools = School.objects.filter(chosen.condition(), is_open=True)
    schools = schools.within_reach(user, *FLEET_READERS)
    rows = {school.pk: SchoolFigures(school) for school in schools.order_by("name", "pk")}
    roll = RollEntry.objects.current()
    if len(rows) < 100:
        roll = roll.filter(school__in=rows)
    for school, count in roll.order_by().values_list("school").annotate(n=Count("pk")):
        if school in rows:
            rows[school].pupils = count
    return rows


def _count(row: SchoolFigures, family: str, state: str, count: int) -> None:
    if state in rules.MISSING:
        return
    if family == DeviceCategory.Family.TABLET:
        row.tablets += count
    elif family == DeviceCategory.Family.COMPUTER:
        row.computers += count
    else:
        row.others += count
    row.out_of_order += count if state == Device.State.BROKEN else 0


def _add_carts(rows: dict[int, SchoolFigures]) -> None:
    carts = Cart.objects.filter(school__isnull=False).order_by().values_list("school")
    for school, count in carts.annotate(n=Count("pk")):
        if school in rows:
            rows[school].carts = count


def _lines(user: User) -> list[InternetLine]:
    """Return the lines one may see, slowest first: of a school's lines the last one counts."""
    lines = InternetLine.objects.visible_to(user).in_service().order_by("down_mbps", "pk")
    return list(lines)


def city_figures(user: User, today: dt.date, chosen: Chosen | None = None) -> CityFigures:
    """Return all that the dashboard shows."""
    chosen = chosen or Chosen()
    rows = _rolls(user, chosen)
    whole = reach_of(user, *FLEET_READERS).city and not chosen
    figures = CityFigures(list(rows.values()))
    _devices(user, today, rows, figures, whole=whole)
    _add_carts(rows)
    soon = today + dt.timedelta(days=90)
    for line in _lines(user):
        if line.school_id in rows:
            rows[line.school_id].line = line
            figures.lines[line.technology] += 1
            figures.line_cents += line.monthly_cents
            figures.slow_lines += not line.is_very_high_speed
            figures.ending_lines += line.contract_end < soon
    open_ones = Incident.objects.visible_to(user).open().with_due().order_by()
    for school, priority, due in open_ones.values_list("school", "priority", "due"):
        if school in rows or (whole and school is None):
            figures.incidents[priority] += 1
            figures.late_incidents += due is not None and due < today
        if school in rows:
            rows[school].incidents += 1
    _faults(user, today, rows, figures, whole=whole)
    outs = HandOut.objects.visible_to(user).open()
    if not whole:
        outs = outs.filter(school__in=rows)
    figures.overdue = outs.late(today).count()
    figures.carts_out = outs.filter(cart__isnull=False).count()
    return figures


def _devices(
    user: User,
    today: dt.date,
    rows: dict[int, SchoolFigures],
    figures: CityFigures,
    *,
    whole: bool,
) -> None:
    models = DeviceModel.objects.select_related("category").order_by("maker", "name")
    by_pk = {model.pk: model for model in models}
    visible = Device.objects.visible_to(user).live().with_place().order_by()
    keys = ("place_school", "model", "state", "purchased_on")
    bands: dict[dt.date | None, int | None] = {}
    for school, pk, state, bought, count in visible.values_list(*keys).annotate(n=Count("pk")):
        row = rows.get(school)
        if row is None and not (whole and school is None):
            continue
        category = by_pk[pk].category
        if row is not None:
            _count(row, category.family, state, count)
        if bought not in bands:
            bands[bought] = rules.age_band(bought, today)
        figures.by_state[category.family][state] += count
        figures.by_age[category.pk][bands[bought]] += count
        figures.by_model[pk] += count
    used = {by_pk[pk].category for pk in figures.by_model}
    figures.categories = sorted(used, key=lambda category: category.name)
    figures.models = list(by_pk.values())


def _faults(
    user: User,
    today: dt.date,
    rows: dict[int, SchoolFigures],
    figures: CityFigures,
    *,
    whole: bool,
) -> None:
    """Count the faults reported in this month and the eleven before."""
    first = rules.add_months(today.replace(day=1), -11)
    figures.faults_by_month = {rules.add_months(first, n): Counter() for n in range(12)}
    since = Incident.objects.visible_to(user).filter(reported_at__gte=clock.at(first, 0))
    months = since.order_by().annotate(month=TruncMonth("reported_at", tzinfo=clock.PARIS))
    keys = ("month", "school", "device__model", "kind")
    for month, school, model, kind, count in months.values_list(*keys).annotate(n=Count("pk")):
        if school in rows or (whole and school is None):
            # A fault noted for tomorrow by a clock that is fast has no month here.
            if (day := month.date()) in figures.faults_by_month:
                figures.faults_by_month[day][kind] += count
            figures.faults_by_model[model] += count
