"""Facts of a snapshot in the reader's words: labels for codes, dates, names of choices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils import formats
from django.utils.translation import gettext as _

from resources.catalogue import history, indexing
from resources.catalogue.asking import LANGUAGES
from resources.catalogue.history import Change
from resources.catalogue.models import Contribution, Relation, Resource
from resources.catalogue.worddiff import Piece, compare

_CHOICES: dict[str, type[TextChoices]] = {
    "state": Resource.State,
    "audience": Resource.Audience,
    "difficulty": Resource.Difficulty,
    "cost": Resource.Cost,
    "personal_data_level": Resource.PersonalData,
    "licence_unit": Resource.LicenceUnit,
}
#: The vocabulary of each fact that holds terms.
VOCABULARIES = {
    "levels": "level",
    "domains": "domain",
    "activities": "activity",
    "places": "place",
    "needs": "need",
    "competences": "competence",
    "document_type": "document_type",
    "pedagogical_type": "pedagogical_type",
    "licence": "licence",
}


@dataclass(frozen=True)
class ShownChange:
    """A change in words. ``pieces`` for long texts, ``gone``/``new`` parts for lists."""

    name: str
    label: str
    old: str
    new: str
    pieces: list[Piece]
    gone: list[str]
    added: list[str]
    is_list: bool


class Wording:
    """Says facts in words; reads the vocabularies once."""

    def __init__(self) -> None:
        self.labels = indexing.term_labels()

    def said(self, name: str, value: Any) -> str:
        """Return a fact's value in words; "" for nothing."""
        if isinstance(value, list):
            return ", ".join(self.parts(name, value))
        if value is None or value == "":
            return ""
        if name in VOCABULARIES:
            return self.labels.get((VOCABULARIES[name], value), str(value))
        if name in _CHOICES:
            return str(dict(_CHOICES[name].choices).get(value, value))
        if name == "language":
            return str(LANGUAGES.get(value, value))
        if name in history.DATES:
            return formats.date_format(dt.date.fromisoformat(value), "SHORT_DATE_FORMAT")
        return str(value)

    def parts(self, name: str, values: Iterable[Any]) -> list[str]:
        """Return the parts of a list in words."""
        if name in VOCABULARIES:
            kind = VOCABULARIES[name]
            return [self.labels.get((kind, code), code) for code in values]
        if name == "contributors":
            roles = dict(Contribution.Kind.choices)
            return [
                _("%(name)s (%(role)s)") % {"name": who, "role": roles.get(role, role)}
                for role, who in values
            ]
        if name == "relations":
            kinds = dict(Relation.Kind.choices)
            return [f"{kinds.get(kind, kind)} {other}" for kind, other in values]
        if name == "class_groups":
            return [f"{uai} {group} ({year})" for uai, year, group in values]
        return [str(value) for value in values]

    def change(self, change: Change) -> ShownChange:
        """Return one change in words, cut into what stays, goes and comes."""
        is_list = isinstance(change.old, list) or isinstance(change.new, list)
        gone: list[str] = []
        added: list[str] = []
        if is_list:
            old = self.parts(change.name, change.old or [])
            new = self.parts(change.name, change.new or [])
            gone = [part for part in old if part not in new]
            added = [part for part in new if part not in old]
        pieces: list[Piece] = []
        if change.name in history.LONG and change.old and change.new:
            pieces = compare(str(change.old), str(change.new))
        return ShownChange(
            change.name,
            change.label,
            self.said(change.name, change.old),
            self.said(change.name, change.new),
            pieces,
            gone,
            added,
            is_list,
        )
