"""What each word of a query may stand for in one index: itself, a correction, a beginning.

A ``Group`` is one thing asked for; its ways are other runs of tokens that satisfy it, each
with a weight. Words that no visible document holds are unglued ("leau"), opened as a
beginning ("multipl"), or corrected by letters and by sound ("fontene"), in that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from resources.search.analysis import Word, fold, stem, words
from resources.search.snapshot import ACCENTED, EXACT, Snapshot

SYNONYM_WEIGHT = 0.45
BEGINNING_WEIGHT = 0.8
CORRECTED_WEIGHT = 0.9
#: Share of a word's exact form in its score: "mer" before "mère" for who typed "mer".
EXACT_SHARE = 0.3

#: An unknown word of so many letters may be the beginning of one: the last, still being
#: written, and any other as an abbreviation ("hist géo").
BEGINNING = 3
ABBREVIATION = 4
_WINDS = frozenset({"nord", "sud", "ouest"})
#: Verbs that say little, but where nothing else is said: "être et avoir" is a lesson.
_AUXILIARIES = frozenset({"avoir", "etre"})
#: After these, "est" is where the sun rises.
_BEFORE_EAST = _WINDS | {"l"}
#: A word that no more resources than this hold may be a slip of whoever described them.
RARE = 2


@dataclass
class Group:
    """One thing asked for."""

    written: str
    ways: list[tuple[tuple[str, ...], float]]
    extras: list[str] = field(default_factory=list)
    meant: str = ""
    prefix: str = ""
    #: Whether the first way is what was written, and not another way to say it.
    own_first: bool = True

    @property
    def is_number(self) -> bool:
        """True for figures alone: "7" by itself tells little of what is sought."""
        return all(token.isdigit() for token in self.ways[0][0])


class Planner:
    """Plans queries over one snapshot, within what one reader may see."""

    def __init__(self, snapshot: Snapshot, allowed: int, *, typing: bool, literal: bool) -> None:
        self.snapshot = snapshot
        self.allowed = allowed
        self.typing = typing
        self.literal = literal

    def knows(self, *tokens: str) -> bool:
        """Tell whether some visible document holds all these tokens."""
        bits = self.allowed
        for token in tokens:
            bits &= self.snapshot.bits(token)
        return bits != 0

    def groups(self, spoken: Sequence[Word]) -> tuple[list[Group], list[str]]:
        """Return the groups of a query's words, and the words nothing answers to."""
        content = [word for at, word in enumerate(spoken) if not _says_little(spoken, at)]
        telling = [word for word in content if word.folded not in _AUXILIARIES]
        content = self._joined(telling or content or list(spoken))
        groups: list[Group] = []
        missing: list[str] = []
        at = 0
        while at < len(content):
            run = self._known_run(content, at)
            if run > 1:
                groups.append(self._run_group(content[at : at + run]))
                at += run
                continue
            last = at == len(content) - 1
            found = self._word_groups(content[at], last=last)
            if found:
                groups.extend(found)
            else:
                missing.append(content[at].written)
            at += 1
        return groups, missing

    def _joined(self, content: list[Word]) -> list[Word]:
        """Put parts of a compound together where only the whole is known: "week-end"."""
        if len(content) < 2:
            return content
        found: list[Word] = []
        for word in content:
            before = found[-1] if found else None
            if before and before.compound and word.compound and word.start == before.end + 1:
                whole = before.folded + word.folded
                apart = self.knows(before.stem) and self.knows(word.stem)
                if not apart and self.knows(EXACT + whole):
                    written = f"{before.written}-{word.written}"
                    found[-1] = Word(written, whole, stem(whole), before.start, word.end)
                    continue
            found.append(word)
        return found

    def _known_run(self, content: Sequence[Word], at: int) -> int:
        """Return how many words from ``at`` on make one expression that has synonyms."""
        for length in range(min(self.snapshot.synonyms.longest, len(content) - at), 1, -1):
            if self.snapshot.synonyms.of([w.stem for w in content[at : at + length]]):
                return length
        return 1

    def _run_group(self, run: Sequence[Word]) -> Group:
        own = tuple(word.stem for word in run)
        group = Group(" ".join(word.written for word in run), [(own, 1.0)])
        group.extras = [EXACT + word.folded for word in run]
        for other in self.snapshot.synonyms.of(own):
            group.ways.append((other, SYNONYM_WEIGHT))
        return group

    def _word_groups(self, word: Word, *, last: bool) -> list[Group]:
        if self.typing and last and len(word.folded) >= 2:
            opened = self._opened(word)
            if opened:
                return [opened]
        if self.knows(word.stem):
            return [self._group(word.written, word.folded, word.written)]
        ways = [run for run in self.snapshot.synonyms.of([word.stem]) if self.knows(*run)]
        if ways:
            group = Group(word.written, [(run, SYNONYM_WEIGHT) for run in ways], own_first=False)
            return [group]
        # A word of the vocabularies is well written, whether or not a resource holds it.
        known = self.literal or self.snapshot.synonyms.of([word.stem])
        return [] if known else self._guessed(word, last=last)

    def _group(self, written: str, folded: str, accented: str, weight: float = 1.0) -> Group:
        """Return the group of a word that documents hold."""
        own = stem(folded)
        group = Group(written, [((own,), weight)], [EXACT + folded])
        if accented != folded:
            group.extras.append(ACCENTED + accented)
        for other in self.snapshot.synonyms.of([own]):
            group.ways.append((other, weight * SYNONYM_WEIGHT))
        return group

    def _opened(self, word: Word) -> Group | None:
        """Return the group of all words that begin as this one, if any is visible."""
        found = [
            EXACT + other
            for other in self.snapshot.lexicon.starting_with(word.folded)
            if self.knows(EXACT + other)
        ]
        if not found:
            return None
        group = Group(word.written, [((token,), BEGINNING_WEIGHT) for token in found])
        group.own_first = False
        group.prefix = word.folded
        if self.knows(word.stem):
            group.ways.append(((word.stem,), 1.0))
        return group

    def _guessed(self, word: Word, *, last: bool) -> list[Group]:
        lexicon = self.snapshot.lexicon
        parts = lexicon.unglued(word.folded)
        if parts and all(self.knows(EXACT + part) for part in parts):
            groups = [self._group(word.written, part, part) for part in parts]
            for group, part in zip(groups, parts, strict=True):
                group.meant = part
            return groups
        least = BEGINNING if last else ABBREVIATION
        opened = self._opened(word) if len(word.folded) >= least else None
        if opened is None:
            meant = lexicon.corrections(word.folded, lambda found: self.knows(EXACT + found))
        else:
            meant = self._heard(word, opened)
        if not meant:
            return [opened] if opened else []
        group = self._group(word.written, meant[0], meant[0], CORRECTED_WEIGHT)
        group.meant = meant[0]
        return [group]

    def _heard(self, word: Word, opened: Group) -> list[str]:
        """Return the word that sounds as what was written, if more hold it than the beginnings.

        "elefan" is how a child writes "éléphant", though a tale in Portuguese begins so.
        """
        for found in self.snapshot.lexicon.sounding(word.folded):
            own = self.snapshot.bits(stem(found)) & self.allowed
            begun = 0
            for run, _ in opened.ways:
                begun |= self.snapshot.bits(run[0]) & self.allowed
            if own.bit_count() > begun.bit_count():
                return [found]
        return []


def _says_little(spoken: Sequence[Word], at: int) -> bool:
    """Tell a stop word, and "est" where it is the verb: "c'est quoi", not "l'Europe de l'Est"."""
    word = spoken[at]
    if word.folded != "est":
        return word.is_stop
    before = spoken[at - 1].folded if at else ""
    after = spoken[at + 1].folded if at + 1 < len(spoken) else ""
    return len(spoken) > 1 and before not in _BEFORE_EAST and after not in _WINDS


def corrected_text(text: str, groups: Sequence[Group]) -> str:
    """Return the query with its words replaced by what they were taken for, or empty."""
    meant: dict[str, list[str]] = {}
    for group in groups:
        if group.meant:
            meant.setdefault(fold(group.written), []).append(group.meant)
    if not meant:
        return ""
    found, at = "", 0
    for word in words(text):
        instead = " ".join(meant.get(fold(word.written), ()))
        found += text[at : word.start] + (instead or text[word.start : word.end])
        at = word.end
    return f"{found}{text[at:]}"


def better_text(snapshot: Snapshot, allowed: int, text: str, spoken: Sequence[Word]) -> str:
    """Return the query with its rare words replaced by common ones very like them, or empty.

    A slip that a record holds too ("multiplicaton") finds that record alone: the word meant
    is offered, never put in its place. Only what the reader may see counts, on both sides.
    """

    def seen(word: str) -> int:
        return (snapshot.bits(EXACT + word) & allowed).bit_count()

    for word in spoken:
        own = seen(word.folded)
        if word.is_stop or not 0 < own <= RARE or len(word.folded) < 5:
            continue
        for other in snapshot.lexicon.corrections(word.folded, lambda found: seen(found) > 0):
            if other != word.folded and stem(other) != word.stem and seen(other) >= 10 * own:
                return text[: word.start] + other + text[word.end :]
    return ""
