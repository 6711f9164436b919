"""The terms of the vocabularies, kept by each process while the catalogue stays the same.

Every list of resources shows the labels of levels, domains and types: a few hundred rows that
change a few times a year, against five queries a page.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Value

from resources.catalogue.models import CatalogueVersion, Resource, Term

Labels = dict[tuple[str, str], str]

#: Seconds between two looks of a web process at the catalogue's version.
LOOK_EVERY = 2.0
#: Seconds after which terms are read again even so: whatever was changed by hand shows.
KEEP = 60.0
#: The kinds of terms by which a list shows a resource, one each.
_SINGLE = ("pedagogical_type", "document_type", "licence")


@dataclass(frozen=True)
class _Copy:
    version: int
    read_at: float
    terms: dict[int, Term]
    labels: Labels


class _Kept:
    """The copy of this process; replaced whole, so that threads need no lock."""

    def __init__(self) -> None:
        self.copy: _Copy | None = None
        self.looked_at = float("-inf")

    def get(self) -> _Copy:
        now = time.monotonic()
        copy = self.copy
        if copy is None or now - copy.read_at > KEEP:
            return self._read()
        if now - self.looked_at > LOOK_EVERY:
            self.looked_at = now
            if current_version() != copy.version:
                return self._read()
        return copy

    def _read(self) -> _Copy:
        # The version first: what changes meanwhile is then seen as a change.
        version = current_version()
        terms = {term.pk: term for term in Term.objects.all()}
        labels = {(term.vocabulary, term.code): term.label for term in terms.values()}
        self.copy = _Copy(version, time.monotonic(), terms, labels)
        self.looked_at = self.copy.read_at
        return self.copy

    def with_all(self, keys: Iterable[int]) -> dict[int, Term]:
        """Return the terms, read again if one of ``keys`` is newer than the copy."""
        terms = self.get().terms
        return terms if terms.keys() >= set(keys) else self._read().terms


_kept = _Kept()


def current_version() -> int:
    """Return the number of the catalogue's last change; zero before the first."""
    return CatalogueVersion.objects.values_list("number", flat=True).first() or 0


def forget() -> None:
    """Have this process read the terms again, for the next page."""
    _kept.copy = None


def labels() -> Labels:
    """Return the label of every term by vocabulary and code, at most a minute old."""
    return _kept.get().labels


def fill(resources: list[Resource]) -> None:
    """Give resources the terms by which lists show them, in one query for all of them.

    They share this process's terms, which are read and never written to.
    """
    of_row: dict[tuple[str, int], list[int]] = {}
    keys = {getattr(row, f"{name}_id") for row in resources for name in _SINGLE} - {None}
    for name, pk, term in _many(resources):
        of_row.setdefault((name, pk), []).append(term)
        keys.add(term)
    terms = _kept.with_all(keys)
    for row in resources:
        for name in _SINGLE:
            key = getattr(row, f"{name}_id")
            setattr(row, name, terms[key] if key else None)
        row.shown_levels, row.shown_domains = (
            sorted(
                (terms[key] for key in of_row.get((name, row.pk), ()) if key in terms), key=_place
            )
            for name in ("levels", "domains")
        )


def _many(resources: list[Resource]) -> Iterable[tuple[str, int, int]]:
    pks = [row.pk for row in resources]
    levels, domains = (
        getattr(Resource, name)
        .through.objects.filter(resource__in=pks)
        .values_list(Value(name), "resource", "term")
        for name in ("levels", "domains")
    )
    found: Iterable[tuple[str, int, int]] = levels.union(domains, all=True)
    return found


def _place(term: Term) -> tuple[int, str]:
    return term.position, term.code
