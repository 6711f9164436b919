"""Words that no vocabulary holds: an editor is asked what they mean, the most frequent first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.importing import pages
from resources.catalogue.importing.columns import BY_CODE
from resources.catalogue.importing.values import KINDS, Meanings
from resources.catalogue.models import Term

#: Words to explain on one page.
ASKED = 30


def questions(unknown: Sequence[tuple[str, str, int]], terms: QuerySet[Term]) -> dict[str, object]:
    """Return what a page asks: words (column, word, how often), with those of ``terms`` it may be.

    ``unknown`` comes most frequent first.
    """
    asked = unknown[:ASKED]
    choices = {
        target: [
            (term.code, term.label)
            for term in terms.filter(vocabulary__in=KINDS[target])
            if term.code.count(".") < 2
        ]
        for target in sorted({target for target, _word, _count in asked})
    }
    return {
        "questions": [
            {
                "name": f"v:{Meanings.key(target, word)}",
                "value": word,
                "target": BY_CODE[target].label,
                "lines": count,
                "choices": choices[target],
            }
            for target, word, count in asked
        ],
        "more_questions": max(len(unknown) - ASKED, 0),
    }


def answers(request: HttpRequest) -> dict[str, str]:
    """Return the codes of the terms that words mean, "" for those to leave out."""
    told: dict[str, Any] = pages.words_told(request)
    return {word: "" if meaning == "-" else meaning for word, meaning in told.items()}
