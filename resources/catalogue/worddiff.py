"""What changed between two texts, word by word. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_PIECES = re.compile(r"\s+|\w+|[^\w\s]", re.UNICODE)
#: Unchanged words kept on each side of a change; the rest is an ellipsis.
_AROUND = 12
#: Past so many words, a comparison by words would keep a page waiting.
_TOO_LONG = 6_000


@dataclass(frozen=True)
class Piece:
    """A run of words: ``same``, ``gone``, ``new`` or ``gap`` (words left out)."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """Return the pieces that lead from one text to the other, in order.

    Long stretches that did not change are cut to a few words around each change.
    """
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    if len(before) + len(after) > _TOO_LONG:
        return _whole(old, new)
    pieces: list[Piece] = []
    gone = new = ""
    opcodes = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        old, fresh = "".join(before[i1:i2]), "".join(after[j1:j2])
        between = 0 < place < len(opcodes) - 1
        if tag != "equal" or (between and not old.strip()):
            gone, new = gone + old, new + fresh  # a space between two changed words is no pause
            continue
        pieces += _changed(gone, new)
        gone = new = ""
        pieces.append(Piece("same", old))
    return list(_shortened(pieces + _changed(gone, new)))


def _changed(gone: str, new: str) -> list[Piece]:
    return [piece for piece in (Piece("gone", gone), Piece("new", new)) if piece.text]


def _whole(old: str, new: str) -> list[Piece]:
    if old == new:
        return [Piece("same", old)] if old else []
    return _changed(old, new)


def _shortened(pieces: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        words = _PIECES.findall(piece.text) if piece.kind == "same" else []
        head = _AROUND if place else 0
        tail = _AROUND if place < last else 0
        if piece.kind != "same" or len(words) <= head + tail + _AROUND or last == 0:
            found.append(piece)
            continue
        if head:
            found.append(Piece("same", "".join(words[:head])))
        found.append(Piece("gap", "".join(words[head : len(words) - tail])))
        if tail:
            found.append(Piece("same", "".join(words[len(words) - tail :])))
    return found
