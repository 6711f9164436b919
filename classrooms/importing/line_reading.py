"""What an operator's table would do to the Internet lines, row by row; nothing is written.

A line is known by its contract's reference. A blank cell keeps what is there.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from classrooms.actions.lines import FACTS
from classrooms.importing.cells import Cells
from classrooms.importing.columns import Head
from classrooms.importing.line_values import (
    TARGETS,
    notice_of,
    short_text,
    speeds_of,
    technologies,
)
from classrooms.importing.plan import Line, Plan
from classrooms.importing.values import CLEAR, Unreadable, cents_of, day_of
from classrooms.importing.world import Known
from classrooms.models import InternetLine
from classrooms.models.history import plain as kept
from core import clock, money
from core.importing.plans import CREATE, REJECTED, UNCHANGED, UPDATE
from core.spreadsheets import Grid
from core.spreadsheets.columns import plain
from enrolment.schools.models import School

_LABELS = {target.code: target.label for target in TARGETS}
#: Facts of a line by the code of their column.
FIELDS: Mapping[str, str] = {
    "l_reference": "reference",
    "l_operator": "operator",
    "l_technology": "technology",
    "l_down": "down_mbps",
    "l_up": "up_mbps",
    "l_monthly": "monthly_cents",
    "l_starts": "starts_on",
    "l_end": "contract_end",
    "l_notice": "notice_months",
    "l_closed": "closed_on",
}
_CODES = {field: code for code, field in FIELDS.items()}
_READERS: Mapping[str, Callable[[str], Any]] = {
    "l_reference": partial(short_text, 30),
    "l_operator": partial(short_text, 60),
    "l_monthly": cents_of,
    "l_starts": day_of,
    "l_end": day_of,
    "l_notice": notice_of,
    "l_closed": day_of,
}
_DAYS = ("starts_on", "contract_end", "closed_on")


class LineWorld:
    """The schools, and the lines that a table may name."""

    def __init__(self, *, lock: bool = False) -> None:
        schools = list(School.objects.values_list("pk", "uai", "name", "is_open"))
        self.schools = {pk: name for pk, _uai, name, _open in schools}
        self.uais = {pk: uai for pk, uai, _name, _open in schools}
        self.by_uai = {uai.upper(): pk for pk, uai, _name, is_open in schools if is_open}
        self.by_name: dict[str, list[int]] = defaultdict(list)
        for pk, _uai, name, is_open in schools:
            if is_open:
                self.by_name[plain(name)].append(pk)
        rows = InternetLine.objects.prefetch_related("past").order_by("pk")
        if lock:
            rows = rows.select_for_update(no_key=True)
        self.lines: dict[str, Known] = {}
        self.last: dict[int, dt.date] = {}
        for row in rows:
            facts = {name: kept(getattr(row, name)) for name in (*FACTS, "closed_on")}
            self.lines[row.reference.casefold()] = Known(row.pk, {**facts, "school": row.school_id})
            days = [row.starts_on, *(change.since for change in row.past.all())]
            self.last[row.pk] = max(days)


def plan_of(grid: Grid, head: Head, world: LineWorld, values: Mapping[str, str]) -> Plan:
    """Return what the table would do now."""
    unknown: Counter[tuple[str, str]] = Counter()
    lines = [
        Line(number, Cells(number, cells, head.columns, grid.notes))
        for number, cells in grid.rows
        if number > head.line
    ]
    for line in lines:
        _Row(line, world, values, unknown).decide()
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.tag:
            groups[line.tag.casefold()].append(line)
    for group in groups.values():
        for line in group if len(group) > 1 else []:
            other = next(row for row in group if row is not line)
            line.problem(
                "l_reference",
                _("La même référence est à la ligne %(line)s : %(row)s.")
                % {"line": other.number, "row": other.cells.shown()},
            )
    return Plan(lines, unknown)


class _Row:
    """Reads one row of the table. The reference stands as the ``tag`` of its line."""

    def __init__(
        self,
        line: Line,
        world: LineWorld,
        values: Mapping[str, str],
        unknown: Counter[tuple[str, str]],
    ) -> None:
        self.line, self.cells, self.world = line, line.cells, world
        self.values, self.unknown = values, unknown

    def decide(self) -> None:
        """Find what the row does, or why it does nothing."""
        line = self.line
        for code, message in self.cells.flaws():
            line.problem(code, message)
        facts = self._facts()
        school = self._school()
        line.tag = facts.get("reference") or ""
        if not line.tag and not any(code == "l_reference" for code, _why in line.problems):
            line.problem("l_reference", _("Il manque la référence du contrat."))
        line.known = known = self.world.lines.get(line.tag.casefold()) if line.tag else None
        line.serial = self.world.uais.get(known.facts["school"] if known else school or 0, "")
        if known is None:
            self._new(facts, school)
        else:
            self._there(known, facts, school)
        if line.problems:
            line.outcome = REJECTED

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for code, reader in (*_READERS.items(), ("l_technology", self._technology)):
            if (text := self.cells[code]) and self._states(code, text):
                value = self._read(code, reader, text)
                if value is not None:
                    facts[FIELDS[code]] = value
        for code in ("l_down", "l_up"):
            if (text := self.cells[code]) and self._states(code, text):
                speeds = self._read(code, speeds_of, text)
                if speeds and len(speeds) == 2 and (code == "l_up" or self.cells["l_up"]):
                    self.line.problem(code, _("Deux débits dans une cellule : séparez-les."))
                elif speeds:
                    facts[FIELDS[code]] = speeds[0]
                    if len(speeds) == 2:
                        facts["up_mbps"] = speeds[1]
        return facts

    def _states(self, code: str, text: str) -> bool:
        """Tell whether a cell says something: a line loses no fact by a table."""
        if text != CLEAR:
            return True
        self.line.problem(code, _("Ce qui est écrit ici ne peut pas être effacé."))
        return False

    def _read(self, code: str, reader: Callable[[str], Any], text: str) -> Any:
        try:
            return reader(text)
        except Unreadable as error:
            self.line.problem(code, str(error))
            return None

    def _technology(self, text: str) -> str | None:
        word = plain(text)
        found = technologies().get(word) or self.values.get(f"technology:{word}")
        if found is None:
            self.unknown["technology", text[:60]] += 1
            raise Unreadable(
                _("« %(value)s » n’est pas connu : dites plus haut ce que c’est.")
                % {"value": text[:60]}
            )
        return found

    def _school(self) -> int | None:
        uai, name = self.cells["l_uai"].replace(" ", "").upper(), self.cells["l_school"]
        if uai:
            found = self.world.by_uai.get(uai)
            if found is None:
                self.line.problem(
                    "l_uai", _("Aucune école n’a le code %(uai)s.") % {"uai": uai[:20]}
                )
            return found
        if not name:
            return None
        known = self.world.by_name.get(plain(name), [])
        if len(known) == 1:
            return known[0]
        explained = self.world.by_uai.get(self.values.get(f"place:{plain(name)}", ""))
        if explained is None:
            self.unknown["place", name[:60]] += 1
            self.line.problem(
                "l_school",
                _("« %(value)s » n’est pas connu : dites plus haut ce que c’est.")
                % {"value": name[:60]},
            )
        return explained

    def _new(self, facts: dict[str, Any], school: int | None) -> None:
        line = self.line
        facts.setdefault("notice_months", 3)
        told = {code for code, _why in line.problems}
        if school is None and not told & {"l_uai", "l_school"}:
            line.problem("l_school", _("Il manque l’école."))
        for field, code in _CODES.items():
            if field not in {*facts, "closed_on", "reference"} and code not in told:
                line.problem(code, _("Il manque cette donnée pour une nouvelle ligne."))
        self._allowed(facts)
        line.sets, line.outcome = {**facts, "school": school}, CREATE

    def _there(self, known: Known, facts: dict[str, Any], school: int | None) -> None:
        line = self.line
        # Capitals aside it is the same: it stays as it is written here.
        facts.pop("reference", None)
        if school is not None and school != known.facts["school"]:
            line.problem(
                "l_school",
                _("Cette ligne est chez nous celle de %(school)s.")
                % {"school": self.world.schools[known.facts["school"]]},
            )
        line.sets = {name: value for name, value in facts.items() if known.facts[name] != value}
        line.outcome = UPDATE if line.sets else UNCHANGED
        if not line.sets:
            return
        if known.facts["closed_on"] is not None:
            line.problem("l_closed", _("Cette ligne est résiliée : elle ne change plus."))
        elif set(line.sets) - {"closed_on"} and self.world.last[known.pk] > clock.today():
            line.problem("l_starts", _("Cette ligne n’est pas encore en service."))
        elif line.sets.get("starts_on", "") > clock.today().isoformat():
            line.problem("l_starts", _("Cette ligne est déjà en service : ce jour est à venir."))
        self._allowed({**known.facts, **facts})

    def _allowed(self, facts: Mapping[str, Any]) -> None:
        """Hold the rules over the whole line."""
        starts, ends, closed = (facts.get(name) for name in _DAYS)
        if starts and ends and ends < starts:
            self.line.problem("l_end", _("Le contrat finit avant de commencer."))
        if closed and (closed > clock.today().isoformat() or (starts and closed < starts)):
            self.line.problem(
                "l_closed", _("Choisissez un jour entre la mise en service et aujourd’hui.")
            )


def told(line: Line, world: LineWorld) -> dict[str, Any]:
    """Return what becomes of a line, as a report keeps it."""
    found: dict[str, Any] = {
        "n": line.number,
        "o": line.outcome,
        "tag": line.tag,
        "serial": line.serial,
    }
    if line.problems:
        found["p"] = [[str(_LABELS.get(code, code)), message] for code, message in line.problems]
    elif line.outcome == UPDATE and line.known is not None:
        before = line.known.facts
        found["c"] = [
            [str(_LABELS[_CODES[name]]), _shown(name, before[name]), _shown(name, value)]
            for name, value in line.sets.items()
        ]
    elif line.outcome == CREATE:
        operator = line.sets["operator"]
        found["w"] = f"{operator} — {world.schools[line.sets['school']]}"
    return found


def _shown(name: str, value: Any) -> str:
    if value is None:
        return _("rien")
    if name == "monthly_cents":
        return money.format_euros(value)
    if name == "technology":
        return str(InternetLine.Technology(value).label)
    if name in _DAYS:
        year, month, day = value.split("-")
        return f"{day}/{month}/{year}"
    return str(value)
