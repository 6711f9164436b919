"""What the cells of a table mean: labels, codes or URIs of vocabularies, costs, addresses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils import translation
from django.utils.translation import gettext as _

from resources.catalogue import vocabularies
from resources.catalogue.models import Resource, Term, Vocabulary
from resources.search.analysis import fold

_ASIDE = re.compile(r"\(([^()]*)\)\s*$")
_VERSION = re.compile(r"[-\s]*(\d+(\.\d+)*)?(-or-later|-only)?$")
#: Values between these in one cell.
_CUTS = re.compile(r"[|;]")
_COSTS = {"free": ("gratuit", "free", "non", "no", "0"), "paid": ("payant", "paid", "oui", "yes")}
#: The vocabularies among which a column's values are looked for.
KINDS: Mapping[str, tuple[Vocabulary, ...]] = {
    "levels": (Vocabulary.LEVEL,),
    "domains": (Vocabulary.DOMAIN,),
    "document_type": (Vocabulary.DOCUMENT_TYPE,),
    "pedagogical_type": (Vocabulary.PEDAGOGICAL_TYPE,),
    "kind": (Vocabulary.PEDAGOGICAL_TYPE, Vocabulary.DOCUMENT_TYPE),
    "licence": (Vocabulary.LICENCE,),
    "activities": (Vocabulary.ACTIVITY,),
    "places": (Vocabulary.PLACE,),
    "needs": (Vocabulary.NEED,),
    "competences": (Vocabulary.COMPETENCE,),
}


#: Between a word's address or code and its label, in a cell that a format of exchange wrote.
PAIR = "\x1f"
#: Facts that hold one of a few codes of the model.
CHOICES = {
    "audience": Resource.Audience.choices,
    "difficulty": Resource.Difficulty.choices,
    "personal_data_level": Resource.PersonalData.choices,
    "licence_unit": Resource.LicenceUnit.choices,
}


@dataclass(frozen=True)
class Unknown:
    """A value that no vocabulary holds: an editor says once what it means."""

    target: str
    value: str


def cut(cell: str) -> list[str]:
    """Return the values of a cell, each once, in order."""
    return list(dict.fromkeys(part.strip() for part in _CUTS.split(cell) if part.strip()))


class Meanings:
    """Finds terms by URI, code, label or another name; remembers what an editor decided."""

    def __init__(self, decided: Mapping[str, str]) -> None:
        self.decided = decided
        self.by_uri: dict[str, Term] = {}
        self.by_key: dict[tuple[str, str], Term] = {}
        self.by_name: dict[tuple[str, str], Term] = {}
        terms = list(Term.objects.order_by("vocabulary", "position", "pk"))
        for term in terms:
            if term.uri:
                self.by_uri[term.uri] = term
            self.by_key[term.vocabulary, term.code] = term
            self.by_name.setdefault((term.vocabulary, fold(term.label)), term)
        for term in terms:
            for name in term.alt_labels:
                self.by_name.setdefault((term.vocabulary, fold(name)), term)

    @staticmethod
    def key(target: str, value: str) -> str:
        """Return under what a decision about a value is remembered."""
        return f"{target}:{fold(value)}"

    def terms(self, target: str, cell: str) -> tuple[list[Term], list[Unknown]]:
        """Return the terms that a cell names, and what none of them is."""
        found: list[Term] = []
        unknown: list[Unknown] = []
        for written in cut(cell):
            # The address or code of a word is tried first, then its label.
            first, _pair, label = written.partition(PAIR)
            value = label or first
            decision = self.decided.get(self.key(target, value))
            if decision == "":
                continue
            term = self._decided(target, decision) if decision else self._named(target, first)
            if term is None and label and not decision:
                term = self._named(target, label)
            if term is None:
                unknown.append(Unknown(target, value))
            elif term not in found:
                found.append(term)
        return found, unknown

    def knows(self, target: str, value: str) -> bool:
        """Tell whether a value names a term, or is one that an editor explained."""
        return self.key(target, value) in self.decided or self._named(target, value) is not None

    def _decided(self, target: str, code: str) -> Term | None:
        keys = ((kind, code) for kind in KINDS[target])
        return next((self.by_key[key] for key in keys if key in self.by_key), None)

    def _named(self, target: str, value: str) -> Term | None:
        if value in self.by_uri and self.by_uri[value].vocabulary in KINDS[target]:
            return self.by_uri[value]
        for name in self._readings(target, value):
            for kind in KINDS[target]:
                term = self.by_name.get((kind, name)) or self.by_key.get((kind, name))
                if term is not None:
                    return term
        if target == "levels" and (KINDS[target][0], value.upper()) in self.by_key:
            return self.by_key[KINDS[target][0], value.upper()]
        return None

    @staticmethod
    def _readings(target: str, value: str) -> list[str]:
        """Return the ways to read a value: "langues vivantes (anglais)" is about English."""
        readings = [fold(value)]
        if aside := _ASIDE.search(value):
            readings += [fold(aside[1]), fold(_ASIDE.sub("", value)).strip()]
        if target == "licence":
            readings.append(_VERSION.sub("", fold(value)))
        return readings


def language_of(cell: str) -> str | None:
    """Return the code of a language ("fr"), None for something else."""
    code = fold(cell).strip()[:5]
    return code if re.fullmatch(r"[a-z]{2}(-[a-z]{2})?", code) else None


def cost_of(cell: str) -> str | None:
    """Return ``free`` or ``paid``, None for something else."""
    word = fold(cell).strip()
    for code, words in _COSTS.items():
        if word in words or word in vocabularies.COST_WORDS[code][1]:
            return code
    return None


def choice_of(target: str, cell: str) -> str | None:
    """Return the code of an audience, a difficulty or a personal-data level; None for another.

    Codes and the words of our own pages, in any of its languages, are understood.
    """
    choices = dict(CHOICES[target])
    word = fold(cell).strip()
    if word in choices:
        return word
    for language in ("fr", "en"):
        with translation.override(language):
            for code, label in choices.items():
                if fold(str(label)) == word:
                    return code
    return None


def day_of(cell: str) -> dt.date | None:
    """Return the day that "2026-03-15" or "15/03/2026" says, None for something else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(cell.strip()[:10], form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def address_problem(url: str) -> str:
    """Say what is wrong with an address, "" when nothing is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _("L’adresse ne se lit pas.")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return _("L’adresse doit commencer par https:// ou http://.")
    if len(url) > 500:
        return _("L’adresse dépasse 500 caractères.")
    return ""
