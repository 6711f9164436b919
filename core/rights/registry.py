"""What we hold about a person, told by each app for its own models.

An app registers collectors in ``AppConfig.ready``: a function that returns sections of plain
facts for one person, and the models it covers. A model that points at a person, a child or a
household and has no collector says why (``not_collected``); a test refuses the rest. What the
other parent gave, pays or earns is never in a section: collectors ask for one's own rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import clock
from core.accounts.models import User
from core.documents import Document

Words = str | Promise


@dataclass(frozen=True)
class Fact:
    """One thing we hold: ``key`` for programs, ``label`` for people."""

    key: str
    label: Words
    value: Any

    @property
    def shown(self) -> str:
        """The value as one reads it."""
        value = self.value
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if isinstance(value, dt.datetime):
            return formats.date_format(value.astimezone(clock.PARIS), "SHORT_DATETIME_FORMAT")
        if isinstance(value, dt.date):
            return formats.date_format(value, "SHORT_DATE_FORMAT")
        if isinstance(value, list | tuple):
            return ", ".join(str(item) for item in value)
        return "" if value is None else str(value)

    @property
    def plain(self) -> Any:
        """The value as JSON holds it."""
        value = self.value
        if isinstance(value, dt.datetime | dt.date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return [item if isinstance(item, int) else str(item) for item in value]
        return value if value is None or isinstance(value, bool | int) else str(value)


@dataclass(frozen=True)
class Entry:
    """One row we hold, under a heading a person recognises."""

    heading: str
    facts: tuple[Fact, ...]

    @property
    def told(self) -> list[Fact]:
        """The facts that say something."""
        return [fact for fact in self.facts if fact.shown]


@dataclass(frozen=True)
class Section:
    """What we hold of one kind: what it is for, how long it stays."""

    code: str
    title: Words
    purpose: Words
    kept: Words
    entries: list[Entry] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    order: int = 50


Column = tuple[str, Words] | tuple[str, Words, str | Callable[[Any], Any]]
Collect = Callable[[User], Iterable[Section]]


@dataclass(frozen=True)
class Collector:
    """A function of an app, and the models whose rows it tells."""

    name: str
    collect: Collect
    models: frozenset[str]


_collectors: dict[str, Collector] = {}
_not_collected: dict[str, str] = {}


def register_collector(name: str, collect: Collect, *models: str) -> None:
    """Add what an app tells; call it from ``AppConfig.ready``."""
    _collectors[name] = Collector(name, collect, frozenset(models))


def not_collected(reason: str, *models: str) -> None:
    """Say why rows of these models are not told to the people they point at."""
    _not_collected.update(dict.fromkeys(models, reason))


def collectors() -> list[Collector]:
    """Return every collector, by name."""
    return sorted(_collectors.values(), key=lambda collector: collector.name)


def reasons() -> dict[str, str]:
    """Return which models are not told, and why."""
    return dict(_not_collected)


def sections_for(user: User) -> list[Section]:
    """Return all that is held about somebody, in order; empty sections are left out."""
    found = [section for collector in collectors() for section in collector.collect(user)]
    told = [section for section in found if section.entries or section.documents]
    return sorted(told, key=lambda section: (section.order, section.code))


def tell(rows: Iterable[Model], heading: Callable[[Any], Any], *columns: Column) -> list[Entry]:
    """Return an entry a row: ``(key, label)`` reads the field ``key``, a third item another.

    The third item is the path of an attribute (``school.name``) or a function of the row.
    Fields with choices are told in words.
    """
    return [
        Entry(
            str(heading(row)),
            tuple(
                Fact(column[0], column[1], _read(row, column[2] if len(column) > 2 else column[0]))
                for column in columns
            ),
        )
        for row in rows
    ]


def _read(row: Any, path: Any) -> Any:
    if callable(path):
        return path(row)
    for name in str(path).split("."):
        if row is None:
            return None
        shown = getattr(row, f"get_{name}_display", None)
        row = shown() if shown else getattr(row, name)
    return row
