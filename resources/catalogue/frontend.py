"""Which words of a query are filters, and which say the same: from vocabularies, pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resources.catalogue import vocabularies
from resources.catalogue.models import Term, Vocabulary
from resources.search.analysis import words

Meaning = tuple[str, str, str]

#: The facet that each vocabulary fills.
FACET_OF = {
    Vocabulary.LEVEL: "level",
    Vocabulary.PEDAGOGICAL_TYPE: "type",
    Vocabulary.DOCUMENT_TYPE: "document",
}
#: Vocabularies whose names say the same as one another, where they are no filter.
_SPOKEN = {Vocabulary.DOMAIN, *FACET_OF}


@dataclass(frozen=True)
class FrontEnd:
    """What a query's words mean: ``readings`` as filters, ``synonyms`` as other words.

    ``doubtful`` words are more often meant as text ("carte", "MS"): filters where text fails.
    """

    readings: dict[tuple[str, ...], Meaning]
    synonyms: list[tuple[str, ...]]
    doubtful: dict[tuple[str, ...], Meaning]


def _run(text: str) -> tuple[str, ...]:
    return tuple(word.folded for word in words(text))


def build(
    terms: Iterable[Term], synonyms: Iterable[tuple[str, ...]] = vocabularies.SYNONYMS
) -> FrontEnd:
    """Build the front end from the vocabularies in use and the editors' list of synonyms."""
    readings: dict[tuple[str, ...], Meaning] = {}
    doubtful: dict[tuple[str, ...], Meaning] = {}
    groups = list(synonyms)
    for term in terms:
        facet = FACET_OF.get(Vocabulary(term.vocabulary))
        if facet and term.reads_as_filter:
            for name in (term.label, *term.alt_labels):
                run = _run(name)
                if run:
                    often_text = len(run) == 1 and run[0] in vocabularies.NOT_FILTERS
                    table = doubtful if often_text else readings
                    table.setdefault(run, (facet, term.code, term.label))
        elif term.vocabulary in _SPOKEN and term.alt_labels:
            groups.append((term.label, *term.alt_labels))
    for value, (label, names) in vocabularies.COST_WORDS.items():
        readings.update({_run(name): ("cost", value, label) for name in names})
    for value, (label, names) in vocabularies.CYCLE_NAMES.items():
        readings.update({_run(name): ("cycle", value, label) for name in names})
    for value, names in vocabularies.CYCLE_HINTS.items():
        label = vocabularies.CYCLE_NAMES[value][0]
        doubtful.update({_run(name): ("cycle", value, label) for name in names})
    return FrontEnd(readings, groups, doubtful)
