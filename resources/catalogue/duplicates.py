"""Resources that may be one: same address, same or nearly same title, nearly same text.

Everything is compared in one pass over the catalogue without comparing every pair: addresses
and titles meet in tables, near titles through their rarest words, texts through a sketch of
their word sequences (the smallest hashes of each text, a MinHash), then exactly. What an
editor has told apart is never proposed again.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db import transaction
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from core import clock, journal, states
from core.errors import RuleBroken
from core.journal import Actor
from resources.catalogue.models import DuplicatePair, DuplicateScan, Relation, Resource
from resources.search.analysis import fold

URL, TITLE, TEXT = "url", "title", "text"
#: More resources than this at one address, or under one title, are a series and not doubles.
_SERIES = 6
#: How alike two titles must be, in hundredths.
_NEAR_TITLE = 92
#: How much of their word sequences two texts must share.
_NEAR_TEXT = 0.6
#: Two texts alike under titles that have nothing in common come from one mould.
_SAME_MOULD = 50
_SHINGLE = 4
_SKETCH = 24
_MIN_WORDS = 12
#: A word, or a word sequence, that so many texts hold tells nothing.
_COMMON = 40
_WORDS = re.compile(r"[a-z0-9]+")
#: What tells members of a series apart: numbers, levels, cycles.
_TELLING = re.compile(r"^(\d+|[ivx]+|[tpmg]s|cp|c[em]\d|tome|partie|eleves?|enseignants?|maitre)$")
_EMPTY = frozenset(
    {
        *("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la"),
        *("le", "les", "ou", "pour", "sur", "un", "une"),
    }
)
_TRACKERS = re.compile(r"^(utm_\w+|fbclid|gclid|mc_[ce]id|xtor|at_\w+|pk_\w+)$")


def normal_url(url: str) -> str:
    """Return what tells an address from others, "" for one that is only a site's front page."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    path = re.sub(r"/(index\.(html?|php))?$", "", parts.path)
    query = sorted(
        (name, value) for name, value in parse_qsl(parts.query) if not _TRACKERS.match(name)
    )
    if not host or (not path and not query):
        return ""
    return f"{host}{path}" + (f"?{urlencode(query)}" if query else "")


def title_words(title: str) -> list[str]:
    """Return the words of a title that mean something, folded, in order."""
    return [word for word in _WORDS.findall(fold(title)) if word not in _EMPTY]


def shingles(text: str) -> frozenset[int]:
    """Return the word sequences of a text as numbers; none for a text too short to tell."""
    words = _WORDS.findall(fold(text))
    if len(words) < _MIN_WORDS:
        return frozenset()
    return frozenset(
        zlib.crc32(" ".join(words[start : start + _SHINGLE]).encode())
        for start in range(len(words) - _SHINGLE + 1)
    )


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Return how much of two sets is common, from 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


@dataclass
class Entry:
    """A resource as it is compared."""

    pk: int
    url: str
    title: str
    words: list[str]
    telling: frozenset[str]
    language: str
    shingles: frozenset[int] = frozenset()

    @classmethod
    def of(cls, pk: int, url: str, title: str, description: str, language: str) -> Entry:
        """Read a row."""
        words = title_words(title)
        telling = frozenset(word for word in words if _TELLING.match(word))
        return cls(
            pk, normal_url(url), " ".join(words), words, telling, language, shingles(description)
        )


@dataclass
class Found:
    """Why two resources may be one, and how sure that is (0 to 100)."""

    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """The surest reason, and a little for each other."""
        return min(max(self.reasons.values()) + 5 * (len(self.reasons) - 1), 100)


Pairs = dict[tuple[int, int], Found]


def compare(entries: Iterable[Entry]) -> Pairs:
    """Return the pairs that may be one, keys in order. Pure."""
    rows = list(entries)
    by_pk = {row.pk: row for row in rows}
    pairs: Pairs = defaultdict(Found)
    for reason, found in (
        (URL, _same_urls(rows)),
        (TITLE, _near_titles(rows)),
        (TEXT, _near_texts(rows)),
    ):
        for one, other, sure in found:
            if by_pk[one].language == by_pk[other].language:
                key = (min(one, other), max(one, other))
                pairs[key].reasons[reason] = max(sure, pairs[key].reasons.get(reason, 0))
    return dict(pairs)


def _same_urls(rows: list[Entry]) -> Iterator[tuple[int, int, int]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        if row.url:
            groups[row.url].append(row)
    for group in groups.values():
        if 2 <= len(group) <= _SERIES:
            for one, other in combinations(group, 2):
                alike = fuzz.token_sort_ratio(one.title, other.title)
                yield one.pk, other.pk, 95 if alike >= 80 else 80


def _near_titles(rows: list[Entry]) -> Iterator[tuple[int, int, int]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        if row.words:
            groups[" ".join(sorted(row.words))].append(row)
    firsts = []
    for group in groups.values():
        firsts.append(group[0])
        if 2 <= len(group) <= _SERIES:
            for one, other in combinations(group, 2):
                yield one.pk, other.pk, 85 if len(one.words) > 1 else 70
    yield from _spelt_alike(firsts)


def _spelt_alike(firsts: list[Entry]) -> Iterator[tuple[int, int, int]]:
    """Yield titles that differ by little; those that meet share one of their rarest words."""
    frequent = Counter(word for row in firsts for word in set(row.words))
    by_word: dict[str, list[Entry]] = defaultdict(list)
    for row in firsts:
        for word in sorted(set(row.words), key=lambda word: (frequent[word], word))[:3]:
            if frequent[word] <= _COMMON:
                by_word[word].append(row)
    seen: set[tuple[int, int]] = set()
    for group in by_word.values():
        for one, other in combinations(group, 2):
            key = (one.pk, other.pk)
            if key in seen or one.telling != other.telling or len(one.words) < 3:
                continue
            seen.add(key)
            if fuzz.token_sort_ratio(one.title, other.title, score_cutoff=_NEAR_TITLE):
                yield one.pk, other.pk, 75


def _near_texts(rows: list[Entry]) -> Iterator[tuple[int, int, int]]:
    frequent = Counter(shingle for row in rows for shingle in row.shingles)
    own: dict[int, frozenset[int]] = {}
    by_hash: dict[int, list[Entry]] = defaultdict(list)
    for row in rows:
        rare = frozenset(mark for mark in row.shingles if frequent[mark] <= _COMMON)
        if len(rare) * 2 < len(row.shingles) or not rare:
            continue  # mostly words that a whole collection repeats
        own[row.pk] = rare
        for mark in sorted(rare)[:_SKETCH]:
            if frequent[mark] > 1:
                by_hash[mark].append(row)
    shared: Counter[tuple[int, int]] = Counter()
    by_pk = {row.pk: row for row in rows}
    for group in by_hash.values():
        shared.update((one.pk, other.pk) for one, other in combinations(group, 2))
    for (first, second), count in shared.items():
        one, other = by_pk[first], by_pk[second]
        if count < 3 or one.telling != other.telling:
            continue
        alike = likeness(own[first], own[second])
        if alike >= _NEAR_TEXT and fuzz.token_sort_ratio(one.title, other.title) >= _SAME_MOULD:
            yield first, second, round(60 + 35 * alike)


def scan() -> DuplicateScan:
    """Look through the whole catalogue and write what may be doubles; safe to repeat.

    Open pairs that are alike no longer go; those that an editor decided stay as decided.
    """
    run = DuplicateScan.objects.create()
    living = Resource.objects.exclude(state=Resource.State.WITHDRAWN).filter(replaced_by=None)
    rows = living.order_by("pk").values_list("pk", "url", "title", "description", "language")
    entries = [Entry.of(*row) for row in rows.iterator(chunk_size=2000)]
    pairs = compare(entries)
    for one, other in Relation.objects.values_list("resource", "other"):
        pairs.pop((min(one, other), max(one, other)), None)
    with transaction.atomic():
        _write(pairs)
        run.compared, run.found, run.finished_at = len(entries), len(pairs), clock.now()
        run.save()
    return run


def _write(pairs: Pairs) -> None:
    known = {
        (pair.first_id, pair.second_id): pair
        for pair in DuplicatePair.objects.select_for_update().order_by("pk")
    }
    opened = DuplicatePair.State.OPEN
    gone = [pair.pk for key, pair in known.items() if key not in pairs and pair.state == opened]
    DuplicatePair.objects.filter(pk__in=gone).delete()
    fresh, changed = [], []
    for key, found in pairs.items():
        reasons, pair = sorted(found.reasons), known.get(key)
        if pair is None:
            first, second = key
            fresh.append(
                DuplicatePair(first_id=first, second_id=second, reasons=reasons, score=found.score)
            )
        elif (pair.reasons, pair.score) != (reasons, found.score):
            pair.reasons, pair.score = reasons, found.score
            changed.append(pair)
    DuplicatePair.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    DuplicatePair.objects.bulk_update(changed, ["reasons", "score"], batch_size=500)


@transaction.atomic
def keep_apart(*, by: Actor, pair: DuplicatePair) -> DuplicatePair:
    """Remember that two resources are not one. Raises RuleBroken ``state`` once decided."""
    kept: DuplicatePair = states.move(
        pair,
        DuplicatePair.State.APART,
        by=by,
        decided_at=clock.now(),
        decided_by=by.user,
    )
    return kept


@transaction.atomic
def reopen(*, by: Actor, pair: DuplicatePair) -> DuplicatePair:
    """Look again at two resources that were told apart."""
    opened: DuplicatePair = states.move(
        pair, DuplicatePair.State.OPEN, by=by, decided_at=None, decided_by=None
    )
    return opened


def settle(*, by: Actor, pair: DuplicatePair, kept: Resource, gone: Resource) -> None:
    """Note that a pair became one; what else was proposed about the one that gave way goes."""
    if {pair.first_id, pair.second_id} != {kept.pk, gone.pk}:
        raise RuleBroken("pair", _("Ces ressources ne sont pas celles de la paire."))
    states.move(
        pair,
        DuplicatePair.State.MERGED,
        by=by,
        decided_at=clock.now(),
        decided_by=by.user,
    )
    for side in ("first", "second"):
        others = DuplicatePair.objects.filter(**{side: gone}, state=DuplicatePair.State.OPEN)
        others.exclude(pk=pair.pk).delete()
    journal.record(by, "duplicate_pair.settle", pair, kept=kept.pk, gone=gone.pk)
