"""Which column of anybody's table holds which fact, recognised by its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Target:
    """A fact that a column may hold; ``names`` are titles under which it usually comes."""

    code: str
    label: str | _StrPromise
    names: tuple[str, ...]
    required: bool = False


def plain(text: str) -> str:
    """Return a title as it is compared: no accents, no case, no punctuation."""
    bare = unicodedata.normalize("NFKD", text.replace("°", "o").replace("œ", "oe").casefold())
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))


#: What titles shorten, and words that say nothing of what a column holds.
_SHORT = {
    "ref": "reference",
    "n": "numero",
    "no": "numero",
    "num": "numero",
    "desc": "descendant",
    "etab": "etablissement",
    "dt": "date",
    "inv": "inventaire",
    "abo": "abonnement",
    "mens": "mensuel",
}
_LITTLE = frozenset({"a", "au", "d", "de", "des", "du", "en", "l", "la", "le", "les"})


def loose(title: str) -> str:
    """Return a folded title without little words, its abbreviations written out."""
    return " ".join(_SHORT.get(word, word) for word in title.split() if word not in _LITTLE)


def letters(column: int) -> str:
    """Return how spreadsheets name a column, the first being 1: A, B … Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def guess(
    header: Iterable[str],
    remembered: Mapping[str, str],
    targets: Sequence[Target],
    fold: Callable[[str], str] = plain,
) -> dict[str, str]:
    """Return the column of each fact: as last time for this supplier, else by its name.

    A name as we know it comes before one that only means the same: "Réf. ligne".
    """
    columns = list(header)
    codes = {target.code for target in targets}
    found = {
        code: column for code, column in remembered.items() if code in codes and column in columns
    }
    taken = set(found.values())
    for alike in (str, loose):
        folded = {alike(fold(column).strip()): column for column in reversed(columns)}
        for target in targets:
            if target.code in remembered or target.code in found:
                continue
            for name in target.names:
                column = folded.get(alike(name))
                if column is not None and column not in taken:
                    found[target.code] = column
                    taken.add(column)
                    break
    return found
