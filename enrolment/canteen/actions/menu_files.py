"""Menus from a file: read, check every line, and only then write, or write nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.journal import Actor
from core.spreadsheets import Table
from enrolment.canteen.actions.menus import Dish, write_menu
from enrolment.canteen.models import Course, Diet, Kitchen, Label
from enrolment.canteen.queries import load_service
from families.models import Allergen
from families.rules import fold

#: Headers of the file; ``type`` and ``plat`` and ``date`` are needed, the rest may be absent.
COLUMNS = ("date", "type", "plat", "pour", "allergenes", "labels")


@dataclass
class MenuFile:
    """What a file holds: dishes by day, and what is wrong by line."""

    days: dict[dt.date, list[Dish]] = field(default_factory=lambda: defaultdict(list))
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def dishes(self) -> int:
        """How many dishes were understood."""
        return sum(len(dishes) for dishes in self.days.values())


def _words(choices: Iterable[tuple[str, Any]]) -> dict[str, str]:
    pairs = [*choices]
    return {fold(str(label)): code for code, label in pairs} | {
        fold(code): code for code, _label in pairs
    }


def read_menus(table: Table) -> MenuFile:
    """Read a table of dishes, one a line; nothing is written. Words may be labels or codes.

    Raises RuleBroken ``file_columns`` when a needed column is missing.
    """
    heads = {fold(name): name for name in table.header}
    missing = [name for name in COLUMNS[:3] if name not in heads]
    if missing:
        raise RuleBroken(
            "file_columns",
            _("Il manque des colonnes dans ce fichier : %(names)s.")
            % {"names": ", ".join(missing)},
            "file",
        )
    service = load_service()
    found = MenuFile()
    for line, record in table.records():
        cells = {name: record.get(heads.get(name, ""), "") for name in COLUMNS}
        try:
            day, dish = _read_line(cells)
            _check_line(day, dish, found, served=service.calendar.is_served(day))
        except ValueError as error:
            found.problems.append((line, str(error)))
        else:
            found.days[day].append(dish)
    found.days = {day: dishes for day, dishes in sorted(found.days.items()) if dishes}
    for day, dishes in found.days.items():
        if ("main", "") not in {(dish.kind, dish.diet) for dish in dishes}:
            words = {"day": f"{day:%d/%m/%Y}"}
            found.problems.append((0, _("le %(day)s n’a pas de plat principal") % words))
    return found


def _check_line(day: dt.date, dish: Dish, found: MenuFile, *, served: bool) -> None:
    if not served:
        raise ValueError(_("la cantine est fermée ce jour-là"))
    if (dish.kind, dish.diet) in {(d.kind, d.diet) for d in found.days[day]}:
        raise ValueError(_("ce type de plat est déjà donné pour ce jour"))


def _read_line(cells: dict[str, str]) -> tuple[dt.date, Dish]:
    kind = _words(Course.Kind.choices).get(fold(cells["type"]))
    if kind is None:
        raise ValueError(_("type de plat inconnu : %(word)s") % {"word": cells["type"] or "–"})
    if not cells["plat"].strip() or len(cells["plat"]) > 120:
        raise ValueError(_("nom du plat vide ou trop long"))
    diets = _words(Diet.choices)
    diet = diets.get(fold(cells["pour"])) if cells["pour"].strip() else ""
    if diet is None:
        raise ValueError(_("régime inconnu : %(word)s") % {"word": cells["pour"]})
    return _read_day(cells["date"]), Dish(
        kind=kind,
        name=cells["plat"].strip(),
        diet="" if diet == Diet.STANDARD else diet,
        allergens=_read_list(cells["allergenes"], Allergen.choices),
        labels=_read_list(cells["labels"], Label.choices),
    )


def _read_day(text: str) -> dt.date:
    for style in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text.strip(), style).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise ValueError(_("date illisible : %(word)s") % {"word": text or "–"})


def _read_list(text: str, choices: Iterable[tuple[str, Any]]) -> tuple[str, ...]:
    known = _words(choices)
    words = [word for word in text.replace(";", ",").split(",") if word.strip()]
    unknown = [word.strip() for word in words if fold(word) not in known]
    if unknown:
        raise ValueError(_("mots inconnus : %(words)s") % {"words": ", ".join(unknown)})
    return tuple(dict.fromkeys(known[fold(word)] for word in words))


@transaction.atomic
def import_menus(*, by: Actor, kitchen: Kitchen, content: MenuFile) -> int:
    """Write the menus of a file that has no problem; return how many days.

    All days or none. Raises RuleBroken ``file_problems``, and those of ``write_menu``.
    """
    if content.problems:
        raise RuleBroken("file_problems", _("Corrigez d’abord les lignes signalées."), "file")
    for day, dishes in content.days.items():
        write_menu(by=by, kitchen=kitchen, day=day, theme="", dishes=dishes)
    return len(content.days)
