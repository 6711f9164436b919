"""The figures of the city's fleet, each from the rows themselves, in few queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum

from classrooms import rules
from classrooms.models import (
    Cart,
    Device,
    DeviceCategory,
    HandOut,
    Incident,
    InternetLine,
)
from core.accounts.models import User
from enrolment.schools.models import RollEntry, School

#: States of devices that a school can count on, now or once mended.
PRESENT = ("in_use", "broken", "repair", "spare")


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
    def is_equipped(self) -> bool:
        """True if it has any device."""
        return self.devices > 0

    @property
    def per_hundred(self) -> float | None:
        """Devices for a hundred pupils, to one decimal; None without pupils."""
        return round(self.devices * 100 / self.pupils, 1) if self.pupils else None


@dataclass
class CityFigures:
    """What the dashboard shows."""

    schools: list[SchoolFigures]
    by_state: dict[str, dict[str, int]]
    by_age: dict[str, dict[int | None, int]]
    lines: dict[str, int] = field(default_factory=dict)
    line_cents: int = 0
    slow_lines: int = 0
    ending_lines: int = 0
    incidents: dict[int, int] = field(default_factory=dict)
    late_incidents: int = 0
    overdue: int = 0
    carts: int = 0
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
        return {
            str(family): sum(self.by_state.get(family, {}).values())
            for family in DeviceCategory.Family
        }

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
        rows = [row for row in self.schools if row.is_equipped]
        devices = sum(row.devices for row in rows)
        return round(sum(row.pupils for row in rows) / devices, 1) if devices else None

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


def school_figures(user: User) -> list[SchoolFigures]:
    """Return one row for each open school within a person's reach, by name; six queries."""
    from classrooms.access import FLEET_READERS

    schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_READERS)
    rows = {school.pk: SchoolFigures(school) for school in schools.order_by("name", "pk")}
    roll = RollEntry.objects.current().filter(school__in=rows).order_by()
    for school, count in roll.values_list("school").annotate(n=Count("pk")):
        rows[school].pupils = count
    devices = Device.objects.live().exclude(state__in=("lost", "stolen")).with_place()
    counted = (
        devices.filter(place_school__isnull=False)
        .order_by()
        .values_list("place_school", "model__category__family", "state")
        .annotate(n=Count("pk"))
    )
    for school, family, state, count in counted:
        if (row := rows.get(school)) is None:
            continue
        if family == DeviceCategory.Family.TABLET:
            row.tablets += count
        elif family == DeviceCategory.Family.COMPUTER:
            row.computers += count
        else:
            row.others += count
        row.out_of_order += count if state == Device.State.BROKEN else 0
    for model, attribute in ((Cart.objects, "carts"), (Incident.objects.open(), "incidents")):
        counts = model.filter(school__isnull=False).order_by().values_list("school")
        for school, count in counts.annotate(n=Count("pk")):
            if school in rows:
                setattr(rows[school], attribute, count)
    for line in InternetLine.objects.filter(school__in=rows).order_by("down_mbps"):
        rows[line.school_id].line = line
    return list(rows.values())


def city_figures(user: User, today: dt.date) -> CityFigures:
    """Return all that the dashboard shows."""
    by_state: dict[str, dict[str, int]] = defaultdict(Counter)
    by_age: dict[str, dict[int | None, int]] = defaultdict(Counter)
    visible = Device.objects.visible_to(user).live().order_by()
    grouped = visible.values_list("model__category__family", "state", "purchased_on")
    for family, state, bought, count in grouped.annotate(n=Count("pk")):
        by_state[family][state] += count
        by_age[family][rules.age_band(bought, today)] += count
    figures = CityFigures(school_figures(user), dict(by_state), dict(by_age))
    lines = InternetLine.objects.visible_to(user).order_by()
    figures.lines = dict(lines.values_list("technology").annotate(n=Count("pk")))
    totals: dict[str, Any] = lines.aggregate(
        cents=Sum("monthly_cents"),
        slow=Count("pk", filter=Q(is_very_high_speed=False)),
        ending=Count("pk", filter=Q(contract_end__lt=today + dt.timedelta(days=90))),
    )
    figures.line_cents = totals["cents"] or 0
    figures.slow_lines, figures.ending_lines = totals["slow"], totals["ending"]
    incidents = Incident.objects.visible_to(user).open().order_by()
    figures.incidents = dict(incidents.values_list("priority").annotate(n=Count("pk")))
    figures.late_incidents = incidents.filter(state="reported", answer_by__lt=today).count()
    outs = HandOut.objects.visible_to(user).open()
    counts = outs.aggregate(
        late=Count("pk", filter=Q(due_on__lt=today)), carts=Count("pk", filter=~Q(cart=None))
    )
    figures.overdue, figures.carts_out = counts["late"], counts["carts"]
    figures.carts = Cart.objects.visible_to(user).filter(school__isnull=False).count()
    return figures
