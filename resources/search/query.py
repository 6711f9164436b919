"""From what somebody typed to what to look for: words, phrases, exclusions, filters.

The front end of search, the same whatever the engine. ``parse`` splits, ``Readings`` takes
words such as "CM1", "jeu" or "gratuit" as filters, ``Synonyms`` adds other ways to say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from resources.search.analysis import Word, stem, stems, words

_QUOTED = re.compile(r'[«"“](.+?)[»"”]')
_EXCLUDED = re.compile(r"(?<!\S)-(?=\w)(\S+)")
#: Longest query looked at, in characters and in words: enough for a sentence.
MAX_CHARS = 200
MAX_WORDS = 16
#: Pairs in which a word that usually names a type or level means itself.
KEPT_TOGETHER = frozenset(
    (stem(one), stem(other))
    for one, other in (
        ("jeu", "olympique"),
        ("jeu", "paralympique"),
        ("jeu", "paume"),
        ("jeu", "echec"),
        ("jeu", "mot"),
        ("exercice", "incendie"),
        ("video", "surveillance"),
        ("rituel", "religieux"),
    )
)


@dataclass(frozen=True)
class Parsed:
    """A query in its parts: words to find, phrases to find as they stand, words to avoid."""

    text: str
    words: tuple[Word, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()


def parse(text: str) -> Parsed:
    """Split a query; anything typed is harmless, there is no field or wildcard syntax."""
    text = " ".join(text[:MAX_CHARS].split())
    phrases = tuple(found for quoted in _QUOTED.findall(text) if (found := tuple(stems(quoted))))
    excluded = tuple(stem for word in _EXCLUDED.findall(text) for stem in stems(word))
    kept = _EXCLUDED.sub(" ", _QUOTED.sub(r" \1 ", text))
    return Parsed(text, tuple(words(kept)[:MAX_WORDS]), phrases, excluded)


@dataclass(frozen=True)
class Reading:
    """Words of the query taken as a filter, and the query that remains without them."""

    facet: str
    value: str
    label: str
    written: str
    rest: str = ""


@dataclass(frozen=True)
class Readings:
    """Which words mean which filter: keys are runs of folded words ("grande", "section")."""

    table: Mapping[tuple[str, ...], tuple[str, str, str]] = field(default_factory=dict)

    def read(self, parsed: Parsed) -> tuple[list[Reading], list[Word]]:
        """Take the longest runs of words that name a filter; return them and the rest."""
        spoken = list(parsed.words)
        found: list[Reading] = []
        rest: list[Word] = []
        at = 0
        while at < len(spoken):
            taken = 0
            for length in (4, 3, 2, 1):
                run = spoken[at : at + length]
                match = self._match(run, spoken, at) if len(run) == length else None
                if match:
                    facet, value, label = match
                    written = " ".join(word.written for word in run)
                    found.append(
                        Reading(facet, value, label, written, _without(spoken, at, at + length))
                    )
                    taken = length
                    break
            if not taken:
                rest.append(spoken[at])
            at += taken or 1
        return found, rest

    def _match(
        self, run: Sequence[Word], spoken: Sequence[Word], at: int
    ) -> tuple[str, str, str] | None:
        match = self.table.get(tuple(word.folded for word in run))
        if match is None or len(run) > 1:
            return match
        following = next((w for w in spoken[at + 1 :] if not w.is_stop), None)
        if following and (run[0].stem, following.stem) in KEPT_TOGETHER:
            return None
        return match


def _without(spoken: Sequence[Word], start: int, end: int) -> str:
    """Return the query without some of its words (and without a stop word left hanging)."""
    before, after = list(spoken[:start]), list(spoken[end:])
    while before and before[-1].is_stop:
        before.pop()
    return " ".join(word.written for word in [*before, *after])


class Synonyms:
    """Groups of ways to say one thing, as runs of stems."""

    def __init__(self, groups: Iterable[Iterable[str]] = ()) -> None:
        self._same: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        self.longest = 1
        for group in groups:
            ways = {run for way in group if (run := tuple(stems(way)))}
            for way in ways:
                self._same.setdefault(way, set()).update(ways - {way})
                self.longest = max(self.longest, len(way))

    def of(self, run: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the other ways to say a run of stems, in a stable order."""
        return sorted(self._same.get(tuple(run), ()))
