"""The words the catalogue holds, and which of them a misspelt word probably meant.

Plays the part of a SymSpell dictionary: candidates come from buckets of near length,
compared in C by rapidfuzz (edits and swaps), and from the words that sound the same.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from resources.search.analysis import ELIDED
from resources.search.phonetics import sound_of

#: Longest run of words that a prefix opens.
MAX_PREFIX = 60


def _tolerance(length: int) -> int:
    """Return how many edits are forgiven in a word of this length."""
    if length <= 3:
        return 0
    return 1 if length <= 5 else 2


def _heard(word: str) -> list[str]:
    """Return how a word may sound, likeliest first: as written, or as a child means it.

    "skelet" leaves out the e that makes its t heard; "zoizo" begins with the liaison of "les".
    """
    meant = [word]
    if word[-1] in "tdsp":
        meant.append(f"{word}e")
    if len(word) > 3 and word[0] in "znt" and word[1] in "aeiouyh":
        meant.append(word[1:])
    return list(dict.fromkeys(map(sound_of, meant)))


class Lexicon:
    """Folded words with how many resources hold each; immutable, so safe to share."""

    def __init__(self, frequencies: Mapping[str, int]) -> None:
        self.frequencies = dict(frequencies)
        self.ordered = sorted(self.frequencies)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self.ordered:
            if word.isalpha() and len(word) > 2:
                self._by_length[len(word)].append(word)
                self._by_sound[sound_of(word)].append(word)
        self._candidates = lru_cache(maxsize=4096)(self._find_candidates)

    def __contains__(self, word: str) -> bool:
        return word in self.frequencies

    def starting_with(self, prefix: str) -> list[str]:
        """Return the words that begin with a folded prefix, commonest first."""
        start = bisect_left(self.ordered, prefix)
        end = bisect_left(self.ordered, prefix + "\uffff")
        found = self.ordered[start:end]
        found.sort(key=lambda word: -self.frequencies[word])
        return found[:MAX_PREFIX]

    def unglued(self, word: str) -> list[str] | None:
        """Return the words run together in ``word`` ("leau", "systemesolaire"), or None."""
        for elided in ("qu", "l", "d", "j", "m", "n", "s", "t", "c"):
            if elided in ELIDED and word.startswith(elided) and word[len(elided) :] in self:
                rest = word[len(elided) :]
                if rest[0] in "aeiouyh" and len(rest) > 2:
                    return [rest]
        for cut in range(3, len(word) - 2):
            if word[:cut] in self and word[cut:] in self:
                return [word[:cut], word[cut:]]
        return None

    def corrections(
        self, word: str, is_visible: Callable[[str], bool], limit: int = 3
    ) -> list[str]:
        """Return what ``word`` probably meant, likeliest first, among visible words."""
        return [found for found in self._candidates(word) if is_visible(found)][:limit]

    def sounding(self, word: str) -> list[str]:
        """Return the words heard just as a folded word is, commonest first."""
        found = list(self._by_sound.get(sound_of(word), ())) if word.isalpha() else []
        return sorted(found, key=lambda other: -self.frequencies[other])

    def _find_candidates(self, word: str) -> tuple[str, ...]:
        if len(word) < 3 or not word.isalpha():
            return ()
        cost = self._near_letters(word)
        sound = sound_of(word)
        for place, heard in enumerate(_heard(word)):
            if len(heard) > 2:
                for found in self._by_sound.get(heard, ()):
                    near = 0.3 * float(OSA.distance(word, found)) + 0.2 * place
                    cost[found] = min(near, cost.get(found, near))
        if len(sound) > 3 and not cost:
            cost = self._near_sounds(word, sound)
        for found in cost:
            cost[found] -= 0.12 * math.log1p(self.frequencies[found])
            if found[0] != word[0]:
                cost[found] += 0.4
        return tuple(sorted(cost, key=lambda found: (cost[found], found))[:12])

    def _near_letters(self, word: str) -> dict[str, float]:
        """Words a few edits away, fewer for short words.

        Two edits that make another sound are another word, not a slip: the catalogue may well
        lack "dentiste", and "densité" is no answer.
        """
        sound = sound_of(word)
        most = _tolerance(len(word))
        cost: dict[str, float] = {}
        for length in range(len(word) - most, len(word) + most + 1 if most else 0):
            for found, edits, _ in process.extract(
                word, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=most
            ):
                if edits <= _tolerance(min(len(word), len(found))) and (
                    edits < 2 or OSA.distance(sound, sound_of(found), score_cutoff=1) < 2
                ):
                    cost[found] = float(edits)
        return cost

    def _near_sounds(self, word: str, sound: str) -> dict[str, float]:
        """Words one sound away, not the first: for spellings that are far off in letters."""
        return {
            found: 1.0 + 0.35 * OSA.distance(word, found)
            for near, _, _ in process.extract(
                sound, list(self._by_sound), scorer=OSA.distance, score_cutoff=1, limit=6
            )
            for found in self._by_sound[near]
            if near[0] == sound[0]
            and OSA.distance(word, found) <= (len(found) if len(sound) > 6 else len(word)) // 2
        }
