"""What a table would do to the catalogue, line by line, without writing anything.

A blank cell of a known resource keeps what is there. A line with an unreadable cell is
rejected whole; the other lines do not depend on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.importing import plans
from core.importing.plans import CREATE, REJECTED, UNCHANGED, UPDATE
from core.spreadsheets import Table
from resources.catalogue import weights
from resources.catalogue.importing.columns import BY_CODE
from resources.catalogue.importing.values import (
    CHOICES,
    KINDS,
    Meanings,
    Unknown,
    address_problem,
    choice_of,
    cost_of,
    cut,
    day_of,
    language_of,
)
from resources.catalogue.models import Contribution, Resource
from resources.search.analysis import fold

#: Facts written as they are, and how long they may be.
_TEXTS = {"title": 200, "description": 20_000, "rights": 300, "format": 60}
#: Columns that name people and houses, and as what.
CREDITS = {
    "publisher": Contribution.Kind.PUBLISHER,
    "author": Contribution.Kind.AUTHOR,
    "illustrator": Contribution.Kind.ILLUSTRATOR,
    "contributor": Contribution.Kind.CONTRIBUTOR,
}
#: Facts that hold any number of terms; the others hold one.
MANY = ("levels", "domains", "activities", "places", "needs", "competences")
Known = Callable[[Iterable[str]], Mapping[str, Resource]]


@dataclass
class Line:
    """One line of the table. ``facts`` are what it states; ``changes`` what would change."""

    number: int
    key: str
    title: str
    outcome: str = REJECTED
    facts: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, list[int]] = field(default_factory=dict)
    credits: dict[str, list[str]] = field(default_factory=dict)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    resource: Resource | None = None


class Plan(plans.Plan[Line, Unknown]):
    """What becomes of each line, and the values that nobody has explained yet."""

    def facts(self) -> list[Any]:
        """Return all that the plan would write, and on which resource."""
        return [
            [
                *(line.number, line.outcome, line.key, line.changes, line.problems),
                *(line.facts, line.terms, line.credits),
                line.resource.updated_at if line.resource else None,
            ]
            for line in self.lines
        ]


def plan_of(
    table: Table, columns: Mapping[str, str], meanings: Meanings, known: Known | None = None
) -> Plan:
    """Return what the table would do, each column read as the fact it stands for.

    ``known`` returns the resources that go by some keys; unless told otherwise, those that
    have them as an identifier, the supplier's or ours.
    """
    plan = Plan([], Counter())
    for number, record in table.records():
        cells = {code: record.get(column, "").strip() for code, column in columns.items()}
        plan.lines.append(_read(number, cells, meanings, plan.unknown))
    _reject_repeated(plan.lines)
    found = (known or known_by_key)(line.key for line in plan.lines if line.key)
    for line in plan.lines:
        if not line.problems:
            _compare(line, found.get(line.key))
    return plan


def _read(
    number: int, cells: dict[str, str], meanings: Meanings, unknown: Counter[Unknown]
) -> Line:
    line = Line(number, cells.get("key", "")[:120], cells.get("title", "")[:200])
    if not line.key:
        _problem(line, "key", _("Il manque l’identifiant."))
    _written(line, cells)
    _coded(line, cells)
    for target in KINDS:
        found, strange = meanings.terms(target, cells.get(target, ""))
        for value in strange:
            unknown[value] += 1
            line.unknown.append(value)
            _problem(line, target, _("« %(value)s » n’est pas connu.") % {"value": value.value})
        for term in found:
            name = target if target in MANY else term.vocabulary
            line.terms.setdefault(name, []).append(term.pk)
    for code, role in CREDITS.items():
        if names := dict.fromkeys(name[:160] for name in cut(cells.get(code, ""))):
            line.credits[role] = list(names)
    return line


def _written(line: Line, cells: dict[str, str]) -> None:
    """Read the cells that are written down as they come."""
    for code, size in _TEXTS.items():
        if text := cells.get(code, ""):
            if len(text) > size:
                _problem(line, code, _("Ce texte dépasse %(size)s caractères.") % {"size": size})
            line.facts[code] = text
    for code in ("url", "thumbnail_url"):
        if url := cells.get(code, ""):
            if problem := address_problem(url):
                _problem(line, code, problem)
            line.facts[code] = url
    if words := cut(cells.get("keywords", "").replace(",", "|")):
        line.facts["keywords"] = [word[:60] for word in words][:30]


def _coded(line: Line, cells: dict[str, str]) -> None:
    """Read the cells that hold one of a few codes."""
    if cell := cells.get("language", ""):
        line.facts["language"] = language_of(cell)
        if line.facts["language"] is None:
            _problem(line, "language", _("Écrivez la langue en deux lettres : fr, en…"))
    if cell := cells.get("cost", ""):
        line.facts["cost"] = cost_of(cell)
        if line.facts["cost"] is None:
            _problem(line, "cost", _("Écrivez « gratuit » ou « payant »."))
    _counted(line, cells)
    _chosen(line, cells)


def _counted(line: Line, cells: dict[str, str]) -> None:
    """Read the cells that hold a number."""
    if cell := cells.get("duration_minutes", ""):
        if re.fullmatch(r"\d{1,4}", cell):
            line.facts["duration_minutes"] = int(cell)
        else:
            _problem(line, "duration_minutes", _("Écrivez un nombre de minutes."))
    if cell := cells.get("licence_seats", ""):
        if re.fullmatch(r"[1-9]\d{0,8}", cell):
            line.facts["licence_seats"] = int(cell)
        else:
            _problem(line, "licence_seats", _("Écrivez un nombre d’accès, au moins 1."))
    if cell := cells.get("size_bytes", ""):
        size = weights.bytes_of(cell, "o")
        line.facts["size_bytes"] = size
        if size is None or size >= weights.MOST:
            _problem(line, "size_bytes", _("Écrivez un nombre et son unité : « 12,5 Mo »."))


def _chosen(line: Line, cells: dict[str, str]) -> None:
    """Read the cells that hold a choice of the model, or a day."""
    for code in CHOICES:
        if cell := cells.get(code, ""):
            line.facts[code] = choice_of(code, cell)
            if line.facts[code] is None:
                _problem(line, code, _("« %(value)s » n’est pas connu.") % {"value": cell[:60]})
    for code in ("published_on", "open_from", "open_to"):
        if cell := cells.get(code, ""):
            line.facts[code] = day_of(cell)
            if line.facts[code] is None:
                _problem(line, code, _("Écrivez la date ainsi : 2026-03-15."))


def _problem(line: Line, target: str, message: str) -> None:
    line.problems.append((str(BY_CODE[target].label), message))


def _reject_repeated(lines: list[Line]) -> None:
    """Reject every line of an identifier that comes several times, naming the others."""
    by_key: dict[str, list[int]] = {}
    for line in lines:
        if line.key:
            by_key.setdefault(line.key, []).append(line.number)
    for line in lines:
        others = [str(number) for number in by_key.get(line.key, []) if number != line.number]
        if others:
            message = ngettext(
                "Le même identifiant est à la ligne %(lines)s.",
                "Le même identifiant est aux lignes %(lines)s.",
                len(others),
            )
            _problem(line, "key", message % {"lines": ", ".join(others[:5])})


def known_by_key(keys: Iterable[str]) -> dict[str, Resource]:
    """Return the resources that go by some identifiers, the supplier's or ours."""
    wanted = set(keys)
    found = (
        Resource.objects.filter(Q(external_identifier__in=wanted) | Q(identifier__in=wanted))
        .select_related("document_type", "pedagogical_type", "licence")
        .prefetch_related(*MANY, "contributions")
    )
    rows = list(found)
    known = {resource.identifier: resource for resource in rows}
    known.update({row.external_identifier: row for row in rows if row.external_identifier})
    return known


def _compare(line: Line, known: Resource | None) -> None:
    """Decide what a readable line does, and note each fact that would change."""
    line.resource = known
    opens, closes = (
        line.facts.get(name) or getattr(known, name, None) for name in ("open_from", "open_to")
    )
    if opens and closes and closes < opens:
        _problem(line, "open_to", _("La ressource fermerait avant d’ouvrir."))
        return
    if known is None:
        if not line.facts.get("title"):
            _problem(line, "title", _("Il manque le titre."))
            return
        line.outcome = CREATE
        line.changes = {name: ("", _shown(value)) for name, value in line.facts.items()}
        return
    line.title = line.title or known.title
    for name, value in line.facts.items():
        if getattr(known, name) != value:
            line.changes[name] = (_shown(getattr(known, name)), _shown(value))
    for name, pks in line.terms.items():
        present = _present(known, name)
        if {pk for pk, _label in present} != set(pks):
            line.changes[name] = (", ".join(label for _pk, label in present), str(sorted(pks)))
    credited = {(c.role, c.name) for c in known.contributions.all()}
    for role, names in line.credits.items():
        if any((role, name) not in credited for name in names):
            old = ", ".join(n for r, n in sorted(credited) if r == role)
            line.changes[str(role)] = (old, ", ".join(names))
    line.outcome = UPDATE if line.changes else UNCHANGED


def _present(resource: Resource, name: str) -> list[tuple[int, str]]:
    if name in MANY:
        return [(term.pk, term.label) for term in getattr(resource, name).all()]
    term = getattr(resource, name)
    return [(term.pk, term.label)] if term else []


def _shown(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value if value is not None else "")
    return text if len(text) <= 120 else f"{text[:119]}…"


def slug_of(key: str) -> str:
    """Return an identifier that may stand in an address, from a supplier's own."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", fold(key)).strip("-")
    return slug[:60] or "ressource"
