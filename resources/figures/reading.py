"""Figures of use along each dimension, with what speaks of too few kept back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from enrolment.schools.models import ClassGroup, GradeLevel, RollEntry, School
from resources.catalogue.models import Resource, Term
from resources.figures import rules
from resources.figures.models import Reader, SchoolUse
from resources.figures.rules import Cell
from resources.figures.scope import Scope, month_name

#: How figures can be cut, and what each way is called.
DIMENSIONS = {
    "mois": gettext_lazy("Par mois"),
    "niveaux": gettext_lazy("Par niveau"),
    "domaines": gettext_lazy("Par domaine"),
    "ressources": gettext_lazy("Par ressource"),
    "ecoles": gettext_lazy("Par école"),
}
READERS = (Reader.PUPIL, Reader.TEACHER)
#: Openings by a key and a kind of reader.
Counts = Mapping[tuple[Any, str], int]
#: Pupils and teachers who may stand behind a number; None for a whole city.
People = tuple[int | None, int | None]


@dataclass(frozen=True)
class Line:
    """One line of a table: ``key`` is its value in an address, empty when it leads nowhere."""

    label: str
    key: str
    pupils: Cell
    teachers: Cell
    note: str = ""

    @property
    def drawn(self) -> int:
        """The length of its bar."""
        return self.pupils.drawn + self.teachers.drawn

    @property
    def hidden(self) -> bool:
        """True when one of its numbers is kept back."""
        return self.pupils.hidden or self.teachers.hidden


@dataclass(frozen=True)
class Table:
    """Figures along one dimension; totals as this table lets them be shown."""

    dimension: str
    parameter: str
    lines: list[Line]
    pupils: Cell
    teachers: Cell

    @property
    def hides(self) -> bool:
        """True when it keeps a number back."""
        return any(line.hidden for line in self.lines)


#: Stands for "every level" beside the levels' own codes in a crowd.
EVERY = "*"
#: More people than any city has: taken away, nobody is left.
FAR = 10**9


@dataclass
class Crowd:
    """How many pupils and teachers schools have, by level ("" for several at once)."""

    pupils: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    teachers: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))

    def of(self, school: int, level: str) -> People:
        """Return who is at a school, or at one of its levels."""
        return self.pupils[school, level], len(self.teachers[school, level])

    def of_all(self, schools: Iterable[int], level: str) -> People:
        """Return who is at several schools together; nobody, for a level of too few in one."""
        pupils = teachers = 0
        for school in schools:
            here = self.of(school, level)
            if level in self.veiled_to(school, Reader.PUPIL):
                here = (-FAR, here[1])
            if level in self.veiled_to(school, Reader.TEACHER):
                here = (here[0], -FAR)
            pupils, teachers = pupils + (here[0] or 0), teachers + (here[1] or 0)
        return max(pupils, 0), max(teachers, 0)

    def veiled_to(self, school: int, reader: str) -> set[str]:
        """Return the levels of a school whose numbers are always kept back."""
        counts = {
            level: number if reader == Reader.PUPIL else len(self.teachers[school, level])
            for (place, level), number in list(self.pupils.items())
            if place == school and level != EVERY
        }
        if reader == Reader.TEACHER and self.teachers[school, ""]:
            counts[""] = len(self.teachers[school, ""])
        return rules.veiled(counts)


def crowd_at(start_year: int, schools: Sequence[int] | None) -> Crowd:
    """Count who was at some schools (all, for None) that year, this year when none is known."""
    roll = RollEntry.objects.filter(school_year__start_year=start_year)
    classes = ClassGroup.objects.filter(school_year__start_year=start_year)
    if not roll.exists():
        roll = RollEntry.objects.current()
        classes = ClassGroup.objects.filter(school_year__in=roll.values("school_year"))
    if schools is not None:
        roll = roll.filter(school__in=schools)
        classes = classes.filter(school__in=schools)
    crowd = Crowd()
    for school, level, number in (
        roll.order_by().values_list("school", "level").annotate(n=Count("pk"))
    ):
        crowd.pupils[school, level] += number
        crowd.pupils[school, EVERY] += number
    taught = classes.order_by().values_list("school", "levels", "teachers")
    for school, levels, teacher in taught:
        if teacher is not None:
            crowd.teachers[school, levels[0] if len(levels) == 1 else ""].add(teacher)
            crowd.teachers[school, EVERY].add(teacher)
    return crowd


class Figures:
    """The figures of one scope; each table costs one or two questions to the database."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._crowd: Crowd | None = None
        self._by_resource: dict[tuple[int, str], int] | None = None

    @property
    def crowd(self) -> Crowd:
        """Who stands behind the numbers; read once."""
        if self._crowd is None:
            self._crowd = crowd_at(self.scope.start_year, self.scope.schools)
        return self._crowd

    def _people(self, level: str = "") -> People:
        """Return who may stand behind a number of the scope, or of one of its levels."""
        if self.scope.schools is None:
            return None, None
        return self.crowd.of_all(self.scope.schools, level or self.scope.level or EVERY)

    def _grouped(self, name: str) -> dict[tuple[Any, str], int]:
        found = self.scope.rows().values_list(name, "reader").annotate(n=Sum("openings"))
        return {(key, reader): number for key, reader, number in found}

    def _resources(self) -> dict[tuple[int, str], int]:
        if self._by_resource is None:
            self._by_resource = self._grouped("resource")
        return self._by_resource

    def _table(
        self,
        dimension: str,
        parameter: str,
        entries: list[tuple[Any, str, str, str]],
        counts: Counts,
        people: Mapping[Any, People] | None = None,
        *,
        sort: bool = True,
    ) -> Table:
        """Lay out (key, label, address key, note) entries with their numbers."""
        whole = self._people()
        columns, totals = [], []
        for place, reader in enumerate(READERS):
            cells, total = rules.conceal(
                [counts.get((entry[0], reader), 0) for entry in entries],
                [(people[entry[0]] if people else whole)[place] for entry in entries],
                whole[place],
            )
            columns.append(cells)
            totals.append(total)
        lines = [
            Line(label, address, pupils, teachers, note)
            for (_key, label, address, note), pupils, teachers in zip(
                entries, *columns, strict=True
            )
        ]
        if sort:
            lines.sort(key=lambda line: (-line.drawn, line.label))
        return Table(dimension, parameter, lines, *totals)

    def months(self) -> Table:
        """Openings month by month."""
        this = rules.month_of(clock.today())
        entries = [
            (month, month_name(month), f"{month:%Y-%m}", "")
            for month in self.scope.months
            if month <= this
        ]
        return self._table("mois", "mois", entries, self._grouped("month"), sort=False)

    def levels(self) -> Table:
        """Openings by level, those of classes with several last."""
        counts = self._grouped("level")
        labels = dict(GradeLevel.choices)
        known = {level for level, _reader in counts}
        entries = [
            (level, str(labels[level]), level, "") for level in GradeLevel.values if level in known
        ]
        if "" in known:
            entries.append(("", _("Classe à plusieurs niveaux, ou sans classe"), "", ""))
        people = {level: self._people_of_level(level) for level, *_rest in entries}
        return self._table("niveaux", "niveau", entries, counts, people, sort=False)

    def _people_of_level(self, level: str) -> People:
        if self.scope.schools is None:
            return None, None
        return self.crowd.of_all(self.scope.schools, level)

    def resources(self) -> Table:
        """Openings resource by resource."""
        counts = self._resources()
        known = Resource.objects.filter(pk__in=self.scope.rows().values("resource"))
        entries = [
            (pk, title, identifier, "")
            for pk, title, identifier in known.order_by("pk").values_list(
                "pk", "title", "identifier"
            )
        ]
        return self._table("ressources", "ressource", entries, counts)

    def domains(self) -> Table:
        """Openings by widest domain, or by what stands right inside the one chosen.

        A resource of two domains counts in both: lines need not add up to the total.
        """
        counts = self._resources()
        terms = Term.objects.filter(vocabulary="domain").order_by("position", "code")
        labels = dict(terms.values_list("code", "label"))
        links = Resource.domains.through.objects.filter(
            resource__in=self.scope.rows().values("resource"), term__vocabulary="domain"
        )
        places: dict[int, set[str]] = defaultdict(set)
        for resource, code in links.values_list("resource", "term__code"):
            if name := self._branch(code):
                places[resource].add(name)
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for (resource, reader), number in counts.items():
            for code in places[resource]:
                sums[code, reader] += number
        known = {code for code, _reader in sums}
        entries = [(code, label, code, "") for code, label in labels.items() if code in known]
        table = self._table("domaines", "domaine", entries, sums)
        whole = self._people()
        totals = [
            rules.Cell(None if rules.is_small(number, whole[place]) else number)
            for place, number in enumerate(
                sum(n for (_key, kind), n in counts.items() if kind == reader) for reader in READERS
            )
        ]
        return Table(table.dimension, table.parameter, table.lines, *totals)

    def _branch(self, code: str) -> str:
        """Return the line on which a domain counts: the branch below the one chosen."""
        chosen = self.scope.domain.code if self.scope.domain else ""
        if not chosen:
            return code.partition(".")[0]
        if code == chosen:
            return code
        if not code.startswith(f"{chosen}."):
            return ""
        return f"{chosen}.{code[len(chosen) + 1 :].partition('.')[0]}"

    def schools(self) -> Table:
        """Openings school by school, for who reads several."""
        uses = SchoolUse.objects.all()
        if self.scope.schools is not None:
            uses = uses.filter(school__in=self.scope.schools)
        found = self.scope.narrowed(uses).values_list("school", "reader")
        counts = {(pk, kind): n for pk, kind, n in found.annotate(n=Sum("openings"))}
        known = School.objects.filter(pk__in={pk for pk, _reader in counts}).order_by("pk")
        entries = [
            (pk, name, uai, district)
            for pk, name, uai, district in known.values_list("pk", "name", "uai", "district")
        ]
        level = self.scope.level or EVERY
        people = {entry[0]: self.crowd.of(entry[0], level) for entry in entries}
        return self._table("ecoles", "ecole", entries, counts, people)

    def table(self, dimension: str) -> Table:
        """Return the figures along one of ``DIMENSIONS``."""
        made: Table = {
            "mois": self.months,
            "niveaux": self.levels,
            "domaines": self.domains,
            "ressources": self.resources,
            "ecoles": self.schools,
        }[dimension]()
        return made

    def change(self) -> tuple[int, dt.date] | None:
        """Return by how many percent openings grew in a year, and the last month compared.

        Over the months that are over; None when too few openings or people stand behind it.
        """
        this = rules.month_of(clock.today())
        over = [month for month in self.scope.months if month < this]
        before = [clock.months_later(month, -12) for month in over]
        if not over or any(
            people is not None and people < rules.FEWEST for people in self._people()
        ):
            return None
        sums = dict(
            self.scope.all_time()
            .filter(month__in=[*over, *before])
            .values_list("month")
            .annotate(n=Sum("openings"))
        )
        now, then = (sum(sums.get(month, 0) for month in span) for span in (over, before))
        if min(now, then) < 10 * rules.FEWEST or not sums.get(before[-1]):
            return None
        return round(100 * (now - then) / then), over[-1]

    def used(self) -> int:
        """How many resources were opened at all."""
        return len({resource for resource, _reader in self._resources()})
