"""What a school's mark on the map means, by the question asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms import maps, rules
from classrooms.queries.figures import CityFigures, SchoolFigures, ratio_of

#: How many pupils for one device make a mark: enough, some, too many.
ENOUGH, SOME = 5, 10
#: From which download speed a whole class works at once, in Mbit/s.
FAST_MBPS = 100


def _equipped(row: SchoolFigures) -> str:
    return "full" if row.is_equipped else "none"


def _ratio(row: SchoolFigures) -> str:
    if not row.personal:
        return "none"
    if row.pupils <= ENOUGH * row.personal:
        return "full"
    return "half" if row.pupils <= SOME * row.personal else "low"


def _speed(row: SchoolFigures) -> str:
    if row.line is None:
        return "none"
    if row.line.down_mbps >= FAST_MBPS:
        return "full"
    return "half" if row.line.down_mbps >= rules.VERY_HIGH_SPEED_MBPS else "low"


@dataclass(frozen=True)
class Measure:
    """A question to the map: how a school is marked, and the legend of the marks used."""

    label: str | Promise
    mark: Callable[[SchoolFigures], str]
    legend: tuple[tuple[str, str | Promise], ...]


MEASURES = {
    "equipped": Measure(
        gettext_lazy("Écoles équipées"),
        _equipped,
        (("full", gettext_lazy("équipée")), ("none", gettext_lazy("pas encore"))),
    ),
    "ratio": Measure(
        gettext_lazy("Élèves pour un appareil"),
        _ratio,
        (
            ("full", gettext_lazy("5 ou moins")),
            ("half", gettext_lazy("de 5 à 10")),
            ("low", gettext_lazy("plus de 10")),
            ("none", gettext_lazy("aucun appareil")),
        ),
    ),
    "speed": Measure(
        gettext_lazy("Débit Internet"),
        _speed,
        (
            ("full", gettext_lazy("100 Mbit/s ou plus")),
            ("half", gettext_lazy("de 30 à 100 Mbit/s")),
            ("low", gettext_lazy("moins de 30 Mbit/s")),
            ("none", gettext_lazy("aucune ligne")),
        ),
    ),
}


def words_of(row: SchoolFigures, asked: str) -> str:
    """Return what hovering a school says."""
    if asked == "speed":
        said = f"{row.line.down_mbps} Mbit/s" if row.line else _("aucune ligne")
    elif not row.is_equipped:
        said = _("aucun appareil")
    elif asked == "ratio" and row.pupils_per_device is not None:
        said = _("%(n)s élèves pour un appareil") % {
            "n": f"{row.pupils_per_device:.1f}".replace(".", ",")
        }
    else:
        said = _("%(n)d appareils") % {"n": row.devices}
    return f"{row.school.name} : {said}"


def draw(figures: CityFigures, asked: str) -> maps.Map:
    """Put the schools on the map, marked by a measure."""
    measure, here = MEASURES[asked], reverse("classrooms:schools") + "?q="
    return maps.map_of(
        maps.Place(
            row.school.latitude,
            row.school.longitude,
            row.school.district,
            measure.mark(row),
            here + row.school.uai,
            words_of(row, asked),
        )
        for row in figures.schools
    )


def by_district(figures: CityFigures) -> list[dict[str, Any]]:
    """Return the map's twin in words: one row a district, by name."""
    grouped: dict[str, list[SchoolFigures]] = {}
    for row in figures.schools:
        grouped.setdefault(row.school.district, []).append(row)
    return [
        {
            "name": name,
            "schools": len(rows),
            "equipped": sum(row.is_equipped for row in rows),
            "ratio": ratio_of(rows),
            "slow": sum(_speed(row) in {"low", "none"} for row in rows),
        }
        for name, rows in sorted(grouped.items())
    ]
