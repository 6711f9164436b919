"""The words a catalogue starts with: the city's own, until the official ones join them."""

from __future__ import annotations

from resources.catalogue import finer_words, synonyms, vocabularies
from resources.catalogue.models import Term, Vocabulary

TermsByCode = dict[tuple[str, str], Term]

_OWN = (
    (Vocabulary.LEVEL, vocabularies.LEVELS),
    (Vocabulary.DOMAIN, vocabularies.DOMAINS),
    (Vocabulary.PEDAGOGICAL_TYPE, vocabularies.PEDAGOGICAL_TYPES),
    (Vocabulary.DOCUMENT_TYPE, vocabularies.DOCUMENT_TYPES),
    (Vocabulary.LICENCE, vocabularies.LICENCES),
    (Vocabulary.ACTIVITY, finer_words.ACTIVITIES),
    (Vocabulary.PLACE, finer_words.PLACES),
    (Vocabulary.NEED, finer_words.NEEDS),
    (Vocabulary.COMPETENCE, finer_words.COMPETENCES),
)


def own_terms() -> TermsByCode:
    """Write the city's short vocabularies where they lack; return every term by its code."""
    terms = {(term.vocabulary, term.code): term for term in Term.objects.all()}
    for deep in (False, True):  # wider domains first: the others point to them
        made = [
            Term(
                vocabulary=vocabulary,
                code=entry.code,
                label=entry.label,
                alt_labels=list(entry.alt_labels),
                parent=terms.get((vocabulary, entry.parent)),
                position=position,
            )
            for vocabulary, listed in _OWN
            for position, entry in enumerate(listed, start=1)
            if bool(entry.parent) == deep and (vocabulary, entry.code) not in terms
        ]
        Term.objects.bulk_create(made)
        terms.update({(term.vocabulary, term.code): term for term in made})
    synonyms.supply()
    return terms
