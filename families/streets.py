"""Finding a street of the register from what people type, misspellings included."""

from __future__ import annotations

import re

from django.db.models import Case, IntegerField, Value, When
from rapidfuzz import fuzz

from families.models import Street
from families.rules import fold

#: Below this likeness (0–100) a suggestion would puzzle more than help.
LIKENESS = 78
#: What names of streets have in common, and so tells none of them apart.
_COMMON = re.compile(
    r"allees?|av|avenue|bd|boulevard|chemin|cours|des?|du|esplanade|impasse|l[ae]?|les|montee"
    r"|passage|place|quai|route|rue|sentier|square|traverse"
)


def find_streets(text: str, limit: int = 8) -> list[Street]:
    """Return streets by name, best first; none for fewer than two letters.

    Every word typed must occur in the name, in any order; failing that, the names that
    are written most alike.
    """
    words = fold(text).split()
    if len("".join(words)) < 2:
        return []
    found = Street.objects.all()
    for word in words:
        found = found.filter(search_name__contains=word)
    whole = " ".join(words)
    ranked = found.annotate(
        rank=Case(
            When(search_name=whole, then=Value(0)),
            When(search_name__startswith=whole, then=Value(1)),
            When(search_name__contains=f" {words[0]}", then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
    ).order_by("rank", "name", "postcode", "pk")[:limit]
    return list(ranked) or _alike(whole, limit)


def _alike(text: str, limit: int) -> list[Street]:
    """Return the streets whose own words are written most like those typed.

    "rue des tisserans" is judged on "tisserans" alone: every street here is a rue des something.
    """
    words = text.split()
    typed = [word for word in words if not _COMMON.fullmatch(word)] or words
    names = dict(Street.objects.order_by("pk").values_list("pk", "search_name"))
    scores = {key: _likeness(typed, name.split()) for key, name in names.items()}
    alike = [key for key, score in scores.items() if score >= LIKENESS]
    best = sorted(alike, key=lambda key: (-scores[key], names[key], key))[:limit]
    by_key = Street.objects.in_bulk(best)
    return [by_key[key] for key in best]


def _likeness(typed: list[str], name: list[str]) -> float:
    """Return how alike the least recognisable word typed is to a word of the name."""
    return min(max((fuzz.ratio(word, own) for own in name), default=0.0) for word in typed)


def the_street(text: str) -> Street | None:
    """Return the one street whose whole name was typed, whatever the accents; else None."""
    same = list(Street.objects.filter(search_name=fold(text)).order_by("pk")[:2])
    return same[0] if len(same) == 1 else None
