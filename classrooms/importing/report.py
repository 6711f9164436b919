"""What a trial found, in words: kept with the run, shown by page, downloaded with the cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from classrooms.importing.columns import BY_CODE, OWN, Head
from classrooms.importing.plan import Line, Plan
from classrooms.importing.world import Place, World
from classrooms.models import Device
from core import money
from core.importing.plans import CREATE, OUTCOMES, UPDATE
from core.spreadsheets import Column, Grid, write_xlsx

#: Questions on one page: the most frequent first.
_ASKED = 40
_PLACES = ("cart_id", "slot", "school_id", "depot_id")
#: In which order changes are told.
_ORDER = (
    *("model_id", "state", "condition", "purchased_on", "cost_cents", "funding", "warranty_end"),
    *("os_version", "macs", "extra"),
    *_PLACES,
)


def report_of(plan: Plan, head: Head, world: World) -> dict[str, Any]:
    """Return the trial as it is kept: each line's outcome, and why or what changes."""
    return framed(plan, head, [_line(line, world) for line in plan.lines])


def framed(plan: Plan, head: Head, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a trial's lines with the columns they were read by and what is to be explained."""
    return {
        "head": head.line,
        "titles": head.titles,
        "columns": head.columns,
        "lines": lines,
        "unknown": [[*word, count] for word, count in plan.unknown.most_common(_ASKED)],
        "unknown_more": max(len(plan.unknown) - _ASKED, 0),
    }


def _line(line: Line, world: World) -> dict[str, Any]:
    known = line.known.facts if line.known else {}
    told: dict[str, Any] = {
        "n": line.number,
        "o": line.outcome,
        "tag": known.get("asset_tag") or line.tag,
        "serial": known.get("serial") or line.serial,
    }
    if line.problems:
        told["p"] = [[_label(code, world), message] for code, message in line.problems]
    elif line.outcome == UPDATE and line.known is not None:
        told["c"] = _changes(line, known, world)
    elif line.outcome == CREATE and line.place is not None:
        told["w"] = f"{_model(line.sets['model_id'], world)} — {world.words_for(line.place)}"
        if line.reckoned:
            day = _shown("warranty_end", line.reckoned, world)
            told["w"] = _("%(what)s — garantie jusqu’au %(day)s") % {"what": told["w"], "day": day}
    return told


def _label(code: str, world: World) -> str:
    if code.startswith(OWN):
        return world.own_labels.get(code.removeprefix(OWN), code)
    return str(BY_CODE[code].label) if code in BY_CODE else _("Droits")


def _changes(line: Line, known: dict[str, Any], world: World) -> list[list[str]]:
    found: list[list[str]] = []
    for code in sorted(line.sets, key=_ORDER.index):
        if code in _PLACES:
            continue
        value = line.sets[code]
        if code == "extra":
            found.extend(_own_changes(known["extra"], value, world))
            continue
        label = BY_CODE["model" if code == "model_id" else code].label
        found.append([str(label), _shown(code, known[code], world), _shown(code, value, world)])
    if line.place is not None and line.known is not None and line.place != line.known.place:
        before: Place = line.known.place
        found.append([_("Place"), world.words_for(before), world.words_for(line.place)])
    return found


def _own_changes(
    before: dict[str, Any], after: dict[str, Any], world: World
) -> Iterator[list[str]]:
    """Yield what changes of the categories' own fields."""
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            words = (_own(before.get(key)), _own(after.get(key)))
            yield [world.own_labels.get(key, key), *words]


def _own(value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return str(value) if value not in (None, "") else _("rien")


def _model(value: int | str, world: World) -> str:
    if isinstance(value, int):
        return world.models[value]
    _new, maker, name = value.split("|", 2)
    return f"{maker} {name}"


def _shown(code: str, value: Any, world: World) -> str:
    if value is None or value in ("", []):
        return _("rien")
    if code == "os_version":
        return str(value)
    if code == "macs":
        return ", ".join(value)
    if code == "model_id":
        return _model(value, world)
    if code == "cost_cents":
        return money.format_euros(value)
    if code in ("purchased_on", "warranty_end"):
        year, month, day = value.split("-")
        return f"{day}/{month}/{year}"
    choices = {"state": Device.State, "condition": Device.Condition, "funding": Device.Funding}
    return str(choices[code](value).label)


def why(line: dict[str, Any]) -> str:
    """Return in one text why a line is rejected, or what it changes."""
    if "p" in line:
        return " ".join(f"{label} : {message}" for label, message in line["p"])
    if "c" in line:
        return " ; ".join(f"{label} : {old} → {new}" for label, old, new in line["c"])
    return str(line.get("w", ""))


def annotated(report: dict[str, Any], grid: Grid) -> bytes:
    """Return the person's own table, what becomes of each line written before it."""
    titles = report["titles"]
    columns = [
        Column(_("Ligne"), "integer", width=8),
        Column(_("Résultat"), width=16),
        Column(_("Détail"), width=60),
        *(Column(title) for title in titles),
    ]
    cells = dict(grid.rows)
    rows = (
        (
            line["n"],
            str(OUTCOMES[line["o"]]),
            why(line),
            *(cells.get(line["n"], []) + [""] * len(titles))[: len(titles)],
        )
        for line in report["lines"]
    )
    return write_xlsx(_("Essai"), columns, rows)
