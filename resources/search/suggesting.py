"""Titles for what is being typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

from resources.search.analysis import fold, words
from resources.search.engine import Ask, Suggestion
from resources.search.searching import search
from resources.search.snapshot import Snapshot


def suggest(
    snapshot: Snapshot,
    prefix: str,
    scope: Mapping[str, frozenset[str]],
    day: dt.date | None,
    limit: int,
) -> list[Suggestion]:
    """Return visible titles in which every word typed begins a word, best first."""
    spoken = [fold(word) for word in prefix.split()][:6]
    if not spoken or (len(spoken[-1]) < 2 and len(spoken) == 1):
        return []
    answer = search(snapshot, Ask(prefix, scope=scope, day=day, typing=True, size=40, literal=True))
    titles = _titles(snapshot)
    seen: set[str] = set()
    found: list[Suggestion] = []
    for pk in answer.ids:
        title = titles[pk]
        begun = [word.folded for word in words(title)]
        if title not in seen and all(any(b.startswith(typed) for b in begun) for typed in spoken):
            seen.add(title)
            found.append(Suggestion(pk, title))
    found.sort(key=lambda suggestion: not fold(suggestion.title).startswith(spoken[0]))
    return found[:limit]


@lru_cache(maxsize=2)
def _titles(snapshot: Snapshot) -> dict[int, str]:
    return {row.pk: row.title for row in snapshot.rows}
