"""What one class opened this school year, for who teaches it: counts, no child among them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from enrolment.schools.models import ClassGroup, RollEntry
from resources.catalogue.models import Resource
from resources.figures import rules
from resources.figures.models import ClassUse, Reader
from resources.figures.rules import Cell
from resources.figures.scope import month_name


@dataclass(frozen=True)
class Opened:
    """A resource, how often pupils and teacher opened it, and the last month."""

    resource: Resource
    pupils: Cell
    teachers: int
    last: str


@dataclass(frozen=True)
class OfClass:
    """One class's use of the year. ``is_small`` when too few pupils stand behind it."""

    class_group: ClassGroup
    opened: list[Opened]
    total: int
    months: list[dict[str, Any]]
    is_small: bool

    @property
    def more(self) -> int:
        """How many resources are not listed."""
        return self.total - len(self.opened)


def class_use(group: ClassGroup, lines: int | None = None) -> OfClass:
    """Return a class's use, the ``lines`` most opened resources of it (all unless told).

    Pupils' openings of a class of fewer than five pupils are kept back: they would be those
    of one child. The teacher's own are shown: nobody else reads this.
    """
    small = RollEntry.objects.current().filter(class_group=group).count() < rules.FEWEST
    rows = list(
        ClassUse.objects.filter(class_group=group)
        .order_by("month")
        .values_list("resource", "month", "reader", "openings")
    )
    sums: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Reader.values, 0))
    by_month: dict[Any, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Reader.values, 0))
    last = {}
    for resource, month, reader, openings in rows:
        sums[resource][reader] += openings
        by_month[month][reader] += openings
        last[resource] = month

    def weight(key: int) -> tuple[int, int]:
        counts = sums[key]
        return (-(counts[Reader.TEACHER] + (0 if small else counts[Reader.PUPIL])), key)

    chosen = sorted(sums, key=weight)[:lines]
    known = Resource.objects.select_related("pedagogical_type").in_bulk(chosen)
    return OfClass(
        class_group=group,
        opened=[
            Opened(
                known[key],
                Cell(None if small and sums[key][Reader.PUPIL] else sums[key][Reader.PUPIL]),
                sums[key][Reader.TEACHER],
                month_name(last[key]),
            )
            for key in chosen
        ],
        total=len(sums),
        months=[
            {
                "label": month_name(month),
                "value": counts[Reader.TEACHER] + (0 if small else counts[Reader.PUPIL]),
            }
            for month, counts in sorted(by_month.items())
        ],
        is_small=small,
    )
