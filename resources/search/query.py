"""From what somebody typed to what to look for: words, phrases, exclusions, filters.

The front end of search, the same whatever the engine. ``parse`` splits, ``Readings`` takes
words such as "CM1", "jeu" or "gratuit" as filters, ``Synonyms`` adds other ways to say it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from resources.search.analysis import Word, stem, stems, words
from resources.search.numbers import number_of

_QUOTED = re.compile(r'[«"“](.+?)[»"”]')
#: What is to be left out: -roi, -"petit chat", sauf les rois, sauf l'eau, hormis Paris. The
#: ending that "en" announces is none: les verbes en -er, les mots en -tion.
_EXCLUDED = re.compile(
    r"""(?<!\ben\ )(?<!\S)-(?:[«"“](?P<phrase>.+?)[»"”]|(?P<word>\w\S*))"""
    r"""|(?<!\S)(?P<said>sauf|hormis|excepté)\s+(?:(?:les?|la|des?|du|une?|pour)\s+|[ld]['’])?"""
    r"""(?P<named>\w[\w-]*)""",
    re.IGNORECASE,
)
#: Words that turn the filter after them round: sans vidéo, pas de jeux, non payant, ni fiches …
_NOT = frozenset({"sans", "pas", "non", "ni", "hors"})
#: … and what may stand between.
_BETWEEN = frozenset({"de", "d", "des", "du", "un", "une", "le", "la", "l", "les"})
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
class Avoided:
    """Something to leave out: its stems in order, as written, and the query without it."""

    run: tuple[str, ...]
    written: str
    rest: str


@dataclass(frozen=True)
class Parsed:
    """A query in its parts: words to find, phrases to find as they stand, what to avoid.

    ``quoted`` are the places of the words between quotation marks: they are never filters.
    """

    text: str
    words: tuple[Word, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    avoided: tuple[Avoided, ...] = ()
    quoted: frozenset[int] = frozenset()

    @property
    def excluded(self) -> tuple[tuple[str, ...], ...]:
        """The runs of stems to leave out."""
        return tuple(avoided.run for avoided in self.avoided)


def parse(text: str, *, literal: bool = False) -> Parsed:
    """Split a query; anything typed is harmless, there is no field or wildcard syntax.

    Places are those of the text as given, but for its blanks. ``literal``: "sauf" is a word
    like another; a minus sign and quotation marks still mean what they mean.
    """
    text = " ".join(text[:MAX_CHARS].split())
    avoided = []
    kept = text
    for match in _EXCLUDED.finditer(text):
        if literal and match["said"]:
            continue
        named = match["phrase"] or match["word"] or match["named"]
        if run := tuple(stems(named)):
            avoided.append(Avoided(run, named, without(text, match.start(), match.end())))
        kept = kept[: match.start()] + " " * len(match.group()) + kept[match.end() :]
    quoted = [match.span(1) for match in _QUOTED.finditer(kept)]
    phrases = (tuple(stems(kept[start:end])) for start, end in quoted)
    found = tuple(words(kept)[:MAX_WORDS])
    held = (word.start for word in found if any(s <= word.start < e for s, e in quoted))
    return Parsed(text, found, tuple(filter(None, phrases)), tuple(avoided), frozenset(held))


def without(text: str, start: int, end: int) -> str:
    """Return a query without a stretch of it, and without stop words left hanging before."""
    before = text[:start]
    for word in reversed(words(before)):
        if not word.is_stop or before[word.end :].strip(" '’"):
            break
        before = before[: word.start]
    return " ".join(f"{before} {text[end:]}".split())


@dataclass(frozen=True)
class Reading:
    """Words of the query taken as a filter, and the query that remains without them.

    ``avoids``: the filter is turned round, "sans vidéo".
    """

    facet: str
    value: str
    label: str
    written: str
    rest: str = ""
    avoids: bool = False


@dataclass(frozen=True)
class Readings:
    """Which words mean which filter: keys are runs of folded words ("grande", "section")."""

    table: Mapping[tuple[str, ...], tuple[str, str, str]] = field(default_factory=dict)

    def read(self, parsed: Parsed, plain: Collection[str] = ()) -> tuple[list[Reading], list[Word]]:
        """Take the longest runs of words that name a filter; return them and the rest.

        ``plain`` are runs (folded, between spaces) that the reader means as words.
        """
        spoken = list(parsed.words)
        found: list[Reading] = []
        rest: list[Word] = []
        at = 0
        while at < len(spoken):
            taken = 0
            for length in (4, 3, 2, 1):
                run = spoken[at : at + length]
                if len(run) < length or any(word.start in parsed.quoted for word in run):
                    continue
                match = self._match(run, spoken, at)
                if match and " ".join(word.folded for word in run) not in plain:
                    facet, value, label = match
                    written = " ".join(word.written for word in run)
                    refused = _refused_from(spoken, at, facet, parsed.quoted)
                    start = run[0].start if refused is None else spoken[refused].start
                    rest = [word for word in rest if word.start < start]
                    left = without(parsed.text, start, run[-1].end)
                    avoids = refused is not None
                    found.append(Reading(facet, value, label, written, left, avoids))
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
        if match is None and len(run) > 1:  # "cycle III", "cours moyen deux"
            match = self.table.get(tuple(number_of(word.folded) or word.folded for word in run))
        if match is None or len(run) > 1:
            return match
        following = next((w for w in spoken[at + 1 :] if not w.is_stop), None)
        if following and (run[0].stem, following.stem) in KEPT_TOGETHER:
            return None
        return match


def refusal(reading: Reading) -> Avoided:
    """Return a filter that was turned round as what it is for the reader: left out."""
    return Avoided((), reading.written, reading.rest)


def _refused_from(
    spoken: Sequence[Word], at: int, facet: str, quoted: Collection[int]
) -> int | None:
    """Return the place of the word that turns round the filter at ``at``, or None.

    "pas" is a step too: only "pas de" refuses, or "pas" before a cost ("pas payant").
    """
    before = at - 1
    while before >= 0 and spoken[before].folded in _BETWEEN:
        before -= 1
    if before < 0 or spoken[before].folded not in _NOT or spoken[before].start in quoted:
        return None
    step = spoken[before].folded == "pas" and facet != "cost"
    return None if step and spoken[before + 1].folded not in ("de", "d") else before


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
