"""Answering a question from a snapshot: every word, then most words, facets, order."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, repeat
from operator import add, mul

from resources.search.analysis import Word
from resources.search.engine import FACETS, Answer, Ask, Chip
from resources.search.plan import EXACT_SHARE, Group, Planner, corrected_text
from resources.search.query import Parsed, Reading, parse, refusal
from resources.search.snapshot import EXACT, Snapshot, bits_of, name_of, numbers_in

#: With fewer resources than this matching every word, those matching most words follow.
ENOUGH = 5
#: How far what is alike fills such a meagre list, and from how many of the best.
FILL = 10
SEEDS = 3
#: How much more a resource counts at the very level of who searches, …
NEAR_LEVEL = 1.08
#: … when colleagues of the same school keep it at hand, …
NEAR_PLACE = 1.06
#: … when its title holds all of several words, …
WHOLE_TITLE = 1.25
#: … when what was typed stands in it as it is, small words too ("le son ou"), …
AS_TYPED = 1.2
#: … and when they are its title, the more so word for word: one wants that resource.
VERY_TITLE = 2.0
WORD_FOR_WORD = 1.1
#: The most that a document whose title is not the query is raised by all of these.
FURTHEST = WHOLE_TITLE * AS_TYPED * NEAR_LEVEL * NEAR_PLACE * 1.000001


def search(snapshot: Snapshot, ask: Ask) -> Answer:
    """Answer one question.

    Words that name a level, a type or a cost are tried as filters first; when nothing then
    matches every word while the plain text does, they are taken as plain text. So are those
    of a title: "Jeu de lettres".
    """
    found = understood(snapshot, ask)
    answer = found.answer()
    return replace(answer, relaxed=True) if found.relaxed else answer


def understood(snapshot: Snapshot, ask: Ask) -> Search:
    """Return the pass over a snapshot that answers a question."""
    parsed = parse(ask.text, literal=ask.literal)
    if ask.literal:
        return Search(snapshot, ask, parsed, [], list(parsed.words))
    found = _confidently(snapshot, ask, parsed)
    sure, table = snapshot.readings.table, snapshot.doubtful.table
    doubted = any((w.folded,) in table and (w.folded,) not in sure for w in parsed.words)
    if not doubted or found.matches_all():
        return found
    # "Graphisme MS": no resource says "MS", so a level is meant.
    second = Search(snapshot, ask, parsed, *snapshot.doubtful.read(parsed, ask.plain))
    return second if second.matches_all() else found


def _confidently(snapshot: Snapshot, ask: Ask, parsed: Parsed) -> Search:
    """Return the pass that reads as filters only what can hardly be text."""
    readings, rest = snapshot.readings.read(parsed, ask.plain)
    found = Search(snapshot, ask, parsed, readings, rest)
    matched = not readings or found.matches_all()
    if matched and not (readings and parsed.words[1:] and name_of(parsed.words) in snapshot.named):
        return found
    plain = Search(snapshot, ask, parsed, [], list(parsed.words))
    # What somebody does not want is never looked for instead, but as a title.
    refused = any(reading.avoids for reading in readings)
    if plain.named or (not matched and not refused and plain.matches_all()):
        plain.relaxed = True
        return plain
    return found


class Search:
    """One pass over a snapshot."""

    def __init__(
        self,
        snapshot: Snapshot,
        ask: Ask,
        parsed: Parsed,
        readings: Sequence[Reading],
        rest: Sequence[Word],
    ) -> None:
        self.snapshot = snapshot
        self.ask = ask
        self.parsed = parsed
        self.readings = [reading for reading in readings if not reading.avoids]
        self.refused = [reading for reading in readings if reading.avoids]
        self.rest = rest
        self.allowed = snapshot.allowed(ask.scope, ask.day)
        self.filters = {name: set(values) for name, values in ask.filters.items() if values}
        for reading in self.readings:
            self.filters.setdefault(reading.facet, set()).add(reading.value)
        planner = Planner(snapshot, self.allowed, typing=ask.typing, literal=ask.literal)
        self.groups, self.missing = planner.groups(rest) if rest else ([], [])
        self.has_text = bool(rest)
        self.relaxed = False
        named = () if readings else snapshot.named.get(name_of(rest), ())
        #: The visible documents that bear the query as their title, word for word.
        self.named = frozenset(number for number in named if self.allowed >> number & 1)
        near, used = ask.near_levels, ask.near_places
        self.fits = snapshot.any_of("level", near) if near else 0
        self.kept_here = snapshot.any_of("used", used) if used else 0

    def matches_all(self) -> bool:
        """Tell whether anything visible satisfies every word and every word read as a filter."""
        exact = self.matching()[0]
        for reading in self.readings:
            exact &= self.snapshot.any_of(reading.facet, [reading.value])
        return exact != 0

    def answer(self) -> Answer:
        """Return the page asked for, with counts.

        Which documents the words match is settled before any filter: so every facet's
        count is what choosing it will show.
        """
        exact, most, alike = self.matching()
        near = most | bits_of(alike, self.snapshot.size)
        chosen = {name: self.snapshot.any_of(name, values) for name, values in self.filters.items()}
        selected = self.allowed
        for bits in chosen.values():
            selected &= bits
        numbers = self._page(
            exact & selected, most & selected, [n for n in alike if selected >> n & 1]
        )
        return Answer(
            ids=tuple(self.snapshot.rows[number].pk for number in numbers),
            total=((exact | near) & selected).bit_count(),
            exact=(exact & selected).bit_count(),
            facets=self._counts(chosen, exact | near),
            chips=tuple(Chip(r.facet, r.value, r.label, r.written, r.rest) for r in self.readings),
            corrected=corrected_text(self.parsed.text, self.groups),
            missing=tuple(self.missing),
            avoided=(*self.parsed.avoided, *map(refusal, self.refused)),
            sought=tuple(word.folded for word in self.rest if not word.is_stop),
            edition=self.snapshot.name,
            marks=frozenset(
                token
                for group in self.groups
                for number, (run, _) in enumerate(group.ways)
                if number == 0 or len(run) == 1
                for token in run
                if token[0] != EXACT
            ),
            prefixes=frozenset(group.prefix for group in self.groups if group.prefix),
        )

    def shown(self) -> int:
        """Return every document that the answer shows, on whatever page."""
        exact, most, alike = self.matching()
        bits = (exact | most | bits_of(alike, self.snapshot.size)) & self.allowed
        for name, values in self.filters.items():
            bits &= self.snapshot.any_of(name, values)
        return bits

    def group_bits(self, group: Group) -> int:
        """Return the documents that satisfy a group."""
        bits = 0
        for run, _ in group.ways:
            found = self.snapshot.bits(run[0])
            for token in run[1:]:
                found &= self.snapshot.bits(token)
            bits |= found
        return bits

    def group_scores(self, group: Group, within: int) -> dict[int, float]:
        """Return how well each of some documents satisfies a group, those that do at all."""
        scores: dict[int, float] = {}
        for run, weight in group.ways:
            found = within
            for token in run:
                found &= self.snapshot.bits(token)
            if not found:
                continue
            if len(run) == 1:
                own = self.snapshot.scores(run[0], found)
            else:
                parts = [self.snapshot.scores(token, found) for token in run]
                own = {n: sum(part[n] for part in parts) for n in parts[0]}
            if not scores:
                scores = {number: score * weight for number, score in own.items()}
                continue
            for number, score in own.items():
                value = score * weight
                if value > scores.get(number, 0.0):
                    scores[number] = value
        return self._with_forms(group, within, scores) if group.extras else scores

    def _with_forms(
        self, group: Group, within: int, scores: Mapping[int, float]
    ) -> dict[int, float]:
        """Add what the very form of a word brings: a share of what the word does, no more.

        A rare form weighs more than its word: without that bound, "droits des enfants" would
        find "enfants" in a title before both words.
        """
        found = dict(scores)
        for token in group.extras:
            own = self.snapshot.scores(token, within & self.snapshot.bits(token))
            both = own if own.keys() <= scores.keys() else own.keys() & scores.keys()
            least = map(min, map(own.__getitem__, both), map(scores.__getitem__, both))
            more = map(mul, repeat(EXACT_SHARE), least)
            found.update(zip(both, map(add, map(found.__getitem__, both), more), strict=True))
        return found

    def _unwanted(self) -> int:
        """Return the documents that hold an excluded word or lack a quoted phrase."""
        bits = 0
        for reading in self.refused:
            bits |= self.snapshot.any_of(reading.facet, [reading.value])
        for run in self.parsed.excluded:
            bits |= self._holding(run)
        for phrase in self.parsed.phrases:
            bits |= self.snapshot.everything & ~self._holding(phrase)
        return bits

    def _holding(self, run: Sequence[str]) -> int:
        """Return the documents that hold a run of stems as it stands."""
        holding = self.snapshot.everything
        for token in run:
            holding &= self.snapshot.bits(token)
        if len(run) > 1:
            wanted = f" {' '.join(run)} "
            for number in numbers_in(holding):
                if wanted not in self.snapshot.rows[number].sequence:
                    holding &= ~(1 << number)
        return holding

    def matching(self) -> tuple[int, int, list[int]]:
        """Return what satisfies every group, and, where that is little, what comes near.

        Near means most of the words, then what is alike to the best that was found.
        """
        within = self.allowed & ~self._unwanted()
        if not self.has_text:
            return within, 0, []
        satisfied = [self.group_bits(group) for group in self.groups]
        exact = within if satisfied and not self.missing else 0
        for bits in satisfied:
            exact &= bits
        # A title of common words only ("Qui fait quoi ?") is found by its name alone.
        exact |= within & bits_of(self.named, self.snapshot.size)
        if exact.bit_count() >= ENOUGH or not satisfied:
            return exact, 0, []
        most = self._satisfying(satisfied, within) & ~exact
        alike: list[int] = []
        room = FILL - (exact | most).bit_count()
        if exact and room > 0:
            seeds = self._ranked(exact, SEEDS)
            alike = self.snapshot.alike(seeds, within & ~exact & ~most, room)
        return exact, most, alike

    def _satisfying(self, satisfied: list[int], within: int) -> int:
        """Return what satisfies at least the least number of groups.

        Figures among words count for nothing here: "14 juillet" is not about Louis XIV.
        """
        said = [
            bits for group, bits in zip(self.groups, satisfied, strict=True) if not group.is_number
        ]
        if not said and not self.missing:
            said = satisfied
        wanted = len(said) + len(self.missing)
        least = 1 if wanted <= 3 else wanted // 2
        reached = [0] * (least + 1)
        reached[0] = within
        for bits in said:
            for count in range(least, 0, -1):
                reached[count] |= reached[count - 1] & bits
        return reached[least]

    def _counts(self, chosen: Mapping[str, int], text: int) -> dict[str, dict[str, int]]:
        """Count each facet as if it alone were not chosen, so that one may choose more."""
        counts: dict[str, dict[str, int]] = {}
        for facet in FACETS:
            base = text
            for other, bits in chosen.items():
                if other != facet:
                    base &= bits
            kept = self.filters.get(facet, ())
            counts[facet] = {
                value: count
                for value, bits in self.snapshot.facets[facet].items()
                if (count := (base & bits).bit_count()) or value in kept
            }
        return counts

    def _page(self, exact: int, most: int, alike: list[int]) -> list[int]:
        start = (max(1, self.ask.page) - 1) * self.ask.size
        end = start + self.ask.size
        if self.ask.sort != "relevance" or not self.groups:
            everything = exact | most | bits_of(alike, self.snapshot.size)
            return self._in_order(everything, start, end)
        found = self._ranked(exact, end)
        if len(found) < end:
            found += self._ranked(most, end - len(found))
        return [*found, *alike][start:end]

    def _in_order(self, bits: int, start: int, end: int) -> list[int]:
        order = self.snapshot.orders.get(self.ask.sort) or self.snapshot.orders["relevance"]
        raw = bits.to_bytes(self.snapshot.size // 8 + 1, "little")
        kept = (number for number in order if raw[number >> 3] >> (number & 7) & 1)
        return list(islice(kept, start, end))

    def _ranked(self, bits: int, count: int) -> list[int]:
        """Return the best of some documents: words, then prior, level fit and a fixed order.

        Words and prior first, for all of them at once; what may raise a document further is
        worked out for those that it could bring among the best.
        """
        if not bits:
            return []
        numbers = numbers_in(bits)
        plain = self._plain_scores(numbers, bits)
        lifts = self.title_lifts()
        least = min(heapq.nlargest(count, plain)) / FURTHEST
        near = [
            (score, number)
            for score, number in zip(plain, numbers, strict=True)
            if score >= least or number in lifts
        ]
        return [number for _, number in heapq.nsmallest(count, self._raised(near, lifts))]

    def _plain_scores(self, numbers: Sequence[int], bits: int) -> list[float]:
        """Return what each of some documents is worth by the words it holds and its prior."""
        scored = [self.group_scores(group, bits) for group in self.groups]
        score: Iterable[float] = repeat(0.0, len(numbers))
        satisfied: Iterable[int] = repeat(0, len(numbers))
        for scores in scored:
            score = map(add, score, map(scores.get, numbers, repeat(0.0)))
            satisfied = map(add, satisfied, map(scores.__contains__, numbers))
        prior = map(self.snapshot.prior.__getitem__, numbers)
        return list(map(mul, score, map(mul, prior, satisfied)))

    def _raised(
        self, scored: list[tuple[float, int]], lifts: Mapping[int, float]
    ) -> Iterator[tuple[float, int]]:
        """Yield documents to be sorted, each by its score with all that raises it."""
        # One byte string each: a shift of a long integer copies all of it.
        size = self.snapshot.size // 8 + 1
        fits = self.fits.to_bytes(size, "little")
        kept_here = self.kept_here.to_bytes(size, "little")
        titles, names = self.snapshot.title_stems, self.snapshot.names
        wanted, typed = self.title_wanted(), self.typed_run()
        for plain, number in scored:
            score = plain
            if number in lifts:
                score *= lifts[number]
            else:
                if wanted and wanted <= titles[number]:
                    score *= WHOLE_TITLE
                if typed and typed in names[number]:
                    score *= AS_TYPED
            if fits[number >> 3] >> (number & 7) & 1:
                score *= NEAR_LEVEL
            if kept_here[number >> 3] >> (number & 7) & 1:
                score *= NEAR_PLACE
            yield -score, number

    def title_wanted(self) -> set[str]:
        """Return the stems that a title must hold to be about the whole query."""
        wanted = {token for group in self.groups for token in group.ways[0][0]}
        return wanted if len(wanted) > 1 else set()

    def typed_run(self) -> str:
        """Return the words as typed, between spaces, when small ones among them may matter."""
        run = self.rest if any(word.is_stop for word in self.rest) else []
        return f" {name_of(run)} " if run[1:] else ""

    def title_lifts(self) -> dict[int, float]:
        """Return the factor of each document whose title is the query, neither less nor more."""
        lifts: dict[int, float] = {}
        if self.groups and not self.missing and all(g.own_first for g in self.groups):
            very = frozenset(token for group in self.groups for token in group.ways[0][0])
            lifts = dict.fromkeys(self.snapshot.titled.get(very, ()), VERY_TITLE)
        return lifts | dict.fromkeys(self.named, VERY_TITLE * WORD_FOR_WORD)
