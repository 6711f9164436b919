"""Pieces of text that show why a resource was found, cut and marked by ourselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from resources.search.analysis import Word, words


@dataclass(frozen=True)
class Piece:
    """A run of text; ``hit`` when it answers the query. Escaping is left to who shows it."""

    text: str
    hit: bool


@lru_cache(maxsize=1000)
def _words(text: str) -> tuple[Word, ...]:
    """Split a text once: the resources that come first come first for many readers."""
    return tuple(words(text))


def _is_hit(word: Word, wanted: Collection[str], prefixes: Collection[str]) -> bool:
    if word.stem in wanted:
        return not word.is_stop
    return bool(prefixes) and any(word.folded.startswith(prefix) for prefix in prefixes)


def mark(
    text: str, wanted: Collection[str], prefixes: Collection[str] = (), *, length: int = 0
) -> list[Piece]:
    """Cut ``text`` into pieces, those that match a wanted stem or prefix marked as hits.

    With ``length`` (characters) only the stretch with most hits is kept, with "…" where
    text was left out. Joined, the pieces give the text back (or its stretch).
    """
    hits = [word for word in _words(text) if _is_hit(word, wanted, prefixes)]
    start, end = 0, len(text)
    if length and len(text) > length:
        start, end = _best_stretch(text, hits, length)
    pieces: list[Piece] = []
    if start:
        pieces.append(Piece("… ", hit=False))
    at = start
    for word in hits:
        if word.start < at or word.end > end:
            continue
        if word.start > at:
            pieces.append(Piece(text[at : word.start], hit=False))
        pieces.append(Piece(text[word.start : word.end], hit=True))
        at = word.end
    if at < end:
        pieces.append(Piece(text[at:end], hit=False))
    if end < len(text):
        pieces.append(Piece(" …", hit=False))
    return pieces


def _best_stretch(text: str, hits: list[Word], length: int) -> tuple[int, int]:
    """Return where the stretch with most different hits begins and ends, at word limits."""
    best, most = 0, 0
    for first in hits:
        inside = {w.stem for w in hits if first.start <= w.start and w.end <= first.start + length}
        if len(inside) > most:
            best, most = first.start, len(inside)
    start = max(0, min(best - length // 4, len(text) - length))
    if start:
        space = text.find(" ", start)
        start = space + 1 if 0 <= space < best or not hits else start
    end = min(len(text), start + length)
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start else end
    return start, end
