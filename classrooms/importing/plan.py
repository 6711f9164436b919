"""What a table would do to the fleet, line by line, without writing anything.

A blank cell keeps what is there; ``-`` empties it. A line with a cell that cannot be read is
rejected whole; the other lines do not depend on it, but for a slot that it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from classrooms import rules
from classrooms.importing import reading
from classrooms.importing.cells import Cells
from classrooms.importing.columns import Head
from classrooms.importing.slots import settle_slots
from classrooms.importing.world import Known, Place, World
from core.importing import plans
from core.importing.plans import CREATE, REJECTED, UNCHANGED, UPDATE, WRITING
from core.spreadsheets import Grid

#: Lines between two signs of progress.
_STEP = 500


@dataclass
class Line:
    """One line of the table: ``sets`` is what it writes, ``problems`` (fact, sentence).

    ``reckoned`` is the end of a warranty that its cell gives in months.
    """

    number: int
    cells: Cells
    serial: str = ""
    tag: str = ""
    known: Known | None = None
    outcome: str = REJECTED
    sets: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    reckoned: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)

    def problem(self, code: str, message: str) -> None:
        """Say why it is rejected."""
        self.problems.append((code, message))
        self.outcome = REJECTED


class Plan(plans.Plan[Line, tuple[str, str]]):
    """What becomes of each line; unknown words go with their kind ("model", "place"…)."""

    def facts(self) -> list[Any]:
        """Return all that the plan would write, and over what."""
        return [
            [
                *(line.number, line.outcome, line.serial, line.tag, sorted(line.sets.items())),
                *((line.known.pk, sorted(line.known.facts.items())) if line.known else ()),
            ]
            for line in self.lines
            if line.outcome in WRITING
        ]


def plan_of(
    grid: Grid,
    head: Head,
    world: World,
    values: Mapping[str, str],
    *,
    lock: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Plan:
    """Return what the table would do now, for the person of ``world``."""
    titles = head.named
    lines = [
        Line(number, Cells(number, cells, head.columns, grid.notes, titles))
        for number, cells in grid.rows
        if number > head.line
    ]
    for line in lines:
        _name(line)
    world.load_devices(
        (line.serial for line in lines if line.serial),
        (line.tag for line in lines if line.tag),
        lock=lock,
    )
    unknown: Counter[tuple[str, str]] = Counter()
    for done, line in enumerate(lines):
        if done % _STEP == 0:
            progress(done, len(lines))
        _read(line, world, values, unknown)
    _reject_repeated(lines)
    _reject_shared_addresses(lines)
    settle_slots([line for line in lines if line.outcome in WRITING], world)
    return Plan(lines, unknown)


def _name(line: Line) -> None:
    """Read the two numbers that name a device."""
    cells = line.cells
    for code, message in cells.flaws():
        line.problem(code, message)
    if text := cells["serial"]:
        try:
            line.serial = rules.normalise_serial(text)
        except ValueError:
            line.problem("serial", _("« %(value)s » n’est pas un numéro de série.") % {
                "value": text[:60]})  # fmt: skip
    if text := cells["tag"]:
        line.tag = rules.normalise_tag(text)
        if len(line.tag) > 20 or not reading.is_tag(line.tag):
            line.problem("tag", _(
                "Un numéro d’inventaire a 20 lettres, chiffres et tirets au plus."))  # fmt: skip
            line.tag = ""


def _read(
    line: Line, world: World, values: Mapping[str, str], unknown: Counter[tuple[str, str]]
) -> None:
    """Decide what a line does."""
    line.known = known = _known(line, world)
    if line.problems:
        return
    if known is not None and not world.covers(*world.stands(known.place)):
        line.known = None
        line.problem("scope", _("Cet appareil n’est pas dans vos écoles."))
        return
    told = reading.Told(line.cells, world, values, unknown, known)
    facts = told.read()
    line.problems.extend(told.problems)
    if line.problems:
        return
    line.place, line.reckoned = told.place, told.reckoned
    if known is None:
        line.sets = {"serial": line.serial, "asset_tag": line.tag, **facts}
        line.outcome = CREATE
        return
    line.sets = {code: value for code, value in facts.items() if known.facts[code] != value}
    line.outcome = UPDATE if line.sets else UNCHANGED


def _known(line: Line, world: World) -> Known | None:
    """Return the device that a line names: by its serial, then by its tag; both must agree."""
    by_serial = world.by_serial.get(line.serial) if line.serial else None
    by_tag = world.by_tag.get(line.tag) if line.tag else None
    if line.problems:
        return None
    if by_serial is None and by_tag is None:
        if not line.serial:
            line.problem("serial", _("Il manque le numéro de série."))
        if not line.tag:
            line.problem("tag", _("Il manque le numéro d’inventaire."))
        return None
    found = by_serial or by_tag
    if by_tag is not None and by_tag.facts["serial"] == line.serial:
        found = by_tag
    if found is None or not world.covers(*world.stands(found.place)):
        return found
    if line.serial and found.facts["serial"] != line.serial:
        line.problem(
            "serial",
            _("%(tag)s a un autre numéro de série chez nous : %(serial)s.")
            % {"tag": line.tag, "serial": found.facts["serial"]},
        )
    elif line.tag and found.facts["asset_tag"] != line.tag:
        line.problem(
            "tag",
            _("Ce numéro de série est chez nous celui de %(tag)s.")
            % {"tag": found.facts["asset_tag"]},
        )
    return found


def _reject_repeated(lines: list[Line]) -> None:
    """Reject every line about a device that comes several times, showing the others.

    A device written off may share its serial with the one that took its place.
    """
    told: set[int] = set()
    for code, message in (
        ("serial", _("Le même numéro de série est à la ligne %(line)s : %(row)s.")),
        ("tag", _("Le même numéro d’inventaire est à la ligne %(line)s : %(row)s.")),
        ("device", _("Le même appareil est à la ligne %(line)s : %(row)s.")),
    ):
        groups: dict[Any, list[Line]] = {}
        for line in lines:
            if (key := _key(line, code)) and line.number not in told:
                groups.setdefault(key, []).append(line)
        for group in groups.values():
            for line in group if len(group) > 1 else []:
                other = next(row for row in group if row is not line)
                where = "serial" if code == "device" else code
                line.problem(where, message % {"line": other.number, "row": other.cells.shown()})
                told.add(line.number)


def _reject_shared_addresses(lines: list[Line]) -> None:
    """Reject every line that gives a device a network address that another line gives too."""
    given: dict[str, list[Line]] = {}
    for line in lines:
        for mac in line.sets.get("macs") or () if line.outcome in WRITING else ():
            given.setdefault(mac, []).append(line)
    for mac, group in given.items():
        for line in group if len(group) > 1 else []:
            other = next(row for row in group if row is not line)
            line.problem(
                "macs",
                _("%(mac)s est aussi à la ligne %(line)s.") % {"mac": mac, "line": other.number},
            )


def _key(line: Line, code: str) -> str | int | None:
    if code == "tag":
        return line.tag
    if code == "device":
        return line.known.pk if line.known else None
    gone = line.known is not None and line.known.facts["state"] == "retired"
    return None if gone else line.serial
