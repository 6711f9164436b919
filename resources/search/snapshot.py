"""An index in memory: postings, facets and orders, loaded once and then only read.

Each facet value is one bitset (a Python int, bit *n* for document *n*): counting a facet is
an ``and`` and a popcount, whatever was selected. Immutable, hence safe to share by threads.
"""

from __future__ import annotations

import datetime as dt
import heapq
import math
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from resources.search.analysis import Word, words
from resources.search.engine import FACETS, HIDDEN
from resources.search.lexicon import Lexicon
from resources.search.query import Readings, Synonyms

#: Marks a token that is a folded word as written, beside its stem ("=mer" is not "=mere") …
EXACT = "="
#: … and one that is the accented word ("~salé" is not "sale").
ACCENTED = "~"

#: Days after which a resource is no longer a little higher for being new.
FRESH_DAYS = 3 * 365


def bits_of(numbers: Iterable[int], size: int) -> int:
    """Return the bitset of some document numbers, all below ``size``."""
    raw = bytearray(size // 8 + 1)
    for number in numbers:
        raw[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(raw, "little")


#: Where the bits of each byte stand, and what finds the bytes that have any.
_PLACES = [tuple(at for at in range(8) if byte >> at & 1) for byte in range(256)]
_SOME = re.compile(rb"[^\0]")


# One question asks for the same few sets again for each of its words.
@lru_cache(maxsize=16)
def numbers_in(bits: int) -> tuple[int, ...]:
    """Return the document numbers of a bitset, in order."""
    raw = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return tuple(
        [
            (at << 3) + place
            for at in map(re.Match.start, _SOME.finditer(raw))
            for place in _PLACES[raw[at]]
        ]
    )


def name_of(spoken: Iterable[Word]) -> str:
    """Return words as one name, stop words included: what a title and its query share."""
    return " ".join(word.folded for word in spoken)


@dataclass(frozen=True)
class Row:
    """What the index stores about a document."""

    pk: int
    title: str
    sequence: str
    core: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    open_from: int | None
    open_to: int | None
    quality: int
    published: int
    opened: int


Posting = tuple["array[int]", "array[float]"]


class Snapshot:
    """One version of the index, ready to be searched."""

    def __init__(
        self,
        *,
        name: str,
        version: int,
        rows: list[Row],
        postings: dict[str, Posting],
        readings: Readings,
        doubtful: Readings,
        synonyms: Synonyms,
    ) -> None:
        self.name = name
        self.version = version
        self.rows = rows
        self.postings = postings
        self.readings = readings
        #: The same, and words more often meant as text: tried where the text finds nothing.
        self.doubtful = doubtful
        self.synonyms = synonyms
        self.size = len(rows)
        self.everything = (1 << self.size) - 1
        self.lexicon = Lexicon(
            {token[1:]: len(posting[0]) for token, posting in postings.items() if token[0] == EXACT}
        )
        self.facets = {name: self._facet(name) for name in (*FACETS, *HIDDEN)}
        self._holding_core: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            for token in row.core:
                self._holding_core.setdefault(token, []).append(number)
        self.numbers = {row.pk: number for number, row in enumerate(rows)}
        self.title_stems = [frozenset(row.sequence.partition("|")[0].split()) for row in rows]
        self.titled: dict[frozenset[str], list[int]] = {}
        for number, held in enumerate(self.title_stems):
            self.titled.setdefault(held, []).append(number)
        self.names = [f" {name_of(words(row.title))} " for row in rows]
        self.named: dict[str, list[int]] = {}
        for number, held_name in enumerate(self.names):
            self.named.setdefault(held_name.strip(), []).append(number)
        self.newest = max((row.published for row in rows), default=0)
        self.prior = array("d", (1 + sum(self.prior_parts(n).values()) for n in range(self.size)))
        self.orders = self._orders()
        self.bits = lru_cache(maxsize=8192)(self._bits)
        self.open_bits = lru_cache(maxsize=8)(self._open_bits)

    def _facet(self, name: str) -> dict[str, int]:
        numbers: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            for value in row.facets.get(name, ()):
                numbers.setdefault(value, []).append(number)
        return {value: bits_of(found, self.size) for value, found in sorted(numbers.items())}

    def prior_parts(self, number: int) -> dict[str, float]:
        """Return what a document deserves before any word is read: quality, use, freshness.

        Fresh is measured from the newest document, so that an index says the same every day.
        """
        row = self.rows[number]
        age = self.newest - row.published if row.published else FRESH_DAYS
        return {
            "quality": 0.03 * row.quality,
            "use": 0.02 * min(row.opened, 500).bit_length(),
            "fresh": 0.05 * max(0.0, 1 - age / FRESH_DAYS),
        }

    def _orders(self) -> dict[str, list[int]]:
        numbers = range(self.size)
        rows = self.rows
        return {
            "relevance": sorted(numbers, key=lambda n: (-self.prior[n], -rows[n].published, n)),
            "recent": sorted(numbers, key=lambda n: (-rows[n].published, n)),
            "popular": sorted(numbers, key=lambda n: (-rows[n].opened, n)),
            "title": list(numbers),
        }

    def _bits(self, token: str) -> int:
        posting = self.postings.get(token)
        return bits_of(posting[0], self.size) if posting else 0

    def _open_bits(self, day: dt.date | None) -> int:
        if day is None:
            return self.everything
        at = day.toordinal()
        return bits_of(
            (
                number
                for number, row in enumerate(self.rows)
                if (row.open_from is None or row.open_from <= at)
                and (row.open_to is None or row.open_to >= at)
            ),
            self.size,
        )

    def allowed(self, scope: Mapping[str, frozenset[str]], day: dt.date | None) -> int:
        """Return the documents that a reader may see at all."""
        bits = self.open_bits(day)
        for facet, values in scope.items():
            bits &= self.any_of(facet, values)
        return bits

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        """Return the documents that hold any of some values of a facet."""
        known = self.facets.get(facet, {})
        bits = 0
        for value in values:
            bits |= known.get(value, 0)
        return bits

    def alike(self, seeds: Iterable[int], within: int, limit: int) -> list[int]:
        """Return documents that share most of what matters with some others, best first.

        What matters are words of titles and keywords; the rarer, the more.
        """
        wanted = list(seeds)
        shared: dict[int, float] = {}
        for token in {token for number in wanted for token in self.rows[number].core}:
            holders = self._holding_core[token]
            rarity = math.log(1 + self.size / len(holders))
            for number in holders:
                shared[number] = shared.get(number, 0.0) + rarity
        raw = within.to_bytes(self.size // 8 + 1, "little")
        found = [
            (-score * self.prior[number], number)
            for number, score in shared.items()
            if raw[number >> 3] >> (number & 7) & 1 and number not in wanted
        ]
        return [number for _, number in heapq.nsmallest(limit, found)]

    def scores(self, token: str, within: int) -> dict[int, float]:
        """Return the weight of a token in some documents, all of which hold it."""
        posting = self.postings.get(token)
        count = within.bit_count()
        if posting is None or not count:
            return {}
        numbers, weights = posting
        if count == len(numbers):
            return dict(zip(numbers, weights, strict=True))
        if count * 8 < len(numbers):
            return {number: weights[bisect_left(numbers, number)] for number in numbers_in(within)}
        every = dict(zip(numbers, weights, strict=True))
        return {number: every[number] for number in numbers_in(within)}
