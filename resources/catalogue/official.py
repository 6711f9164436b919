"""The official vocabularies of ScoLOMFR, read from their table and laid over the city's own.

The table has one concept a line: ``voc`` (number of the vocabulary), ``uri``, ``prefLabel``,
``altLabels`` and ``broader`` (several cut by ``|``), ``status`` (``Actuel`` when in force).
A concept that the city already names keeps the city's word and code, and receives the URI
and the other names: search knows them as synonyms from then on. Running it again changes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from core import journal
from core.journal import Actor
from resources.catalogue import indexing
from resources.catalogue.models import CatalogueVersion, Term, Vocabulary
from resources.search.analysis import fold

#: Numbers of ScoLOMFR's vocabularies, and ours.
VOCABULARIES = {
    "05": Vocabulary.DOCUMENT_TYPE,
    "10": Vocabulary.PEDAGOGICAL_TYPE,
    "15": Vocabulary.DOMAIN,
    "16": Vocabulary.COMPETENCE,
    "17": Vocabulary.PLACE,
    "19": Vocabulary.ACTIVITY,
    "22": Vocabulary.LEVEL,
    "41": Vocabulary.NEED,
}
#: Concepts of these are only recognised: the levels of nursery and elementary school are ours.
_CLOSED = {Vocabulary.LEVEL}
_CURRENT = "Actuel"
_CYCLE = re.compile(r"\(.*cycle ([1-4])\)\s*$")
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")
#: The city's domain under which those of the first cycle stand.
_NURSERY = "eveil"
COLUMNS = ("voc", "uri", "prefLabel", "altLabels", "broader", "status")


@dataclass
class Outcome:
    """How many concepts became terms, changed one, were known, or are of no use here."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0


@dataclass
class _Concept:
    uri: str
    label: str
    names: list[str]
    broader: list[str]
    children: list[_Concept] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The last part of the URI, short enough for a code."""
        last = re.sub(r"[^a-z0-9]+", "-", self.uri.rpartition("/")[2].lower()).strip("-")
        return re.sub(r"^scolomfr-voc-\d+-num-", "n", last)[:30]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _concepts(rows: Iterable[Mapping[str, str]]) -> dict[Vocabulary, dict[str, _Concept]]:
    found: dict[Vocabulary, dict[str, _Concept]] = {kind: {} for kind in VOCABULARIES.values()}
    for row in rows:
        kind = VOCABULARIES.get(row["voc"].strip().zfill(2))
        if kind is None or row["status"].strip() != _CURRENT:
            continue
        uri, label = row["uri"].strip(), row["prefLabel"].strip()
        if uri and label:
            found[kind][uri] = _Concept(
                uri, label, _split(row["altLabels"]), _split(row["broader"])
            )
    for concepts in found.values():
        for concept in concepts.values():
            for wider in concept.broader:
                if wider in concepts:
                    concepts[wider].children.append(concept)
    return found


def _of_first_cycles(concepts: dict[str, _Concept]) -> dict[str, _Concept]:
    """Keep the domains taught in cycles 1 to 3, with what stands under them."""
    kept: dict[str, _Concept] = {}
    waiting = [
        concept
        for concept in concepts.values()
        if (cycle := _CYCLE.search(concept.label)) and cycle[1] in "123"
    ]
    while waiting:
        concept = waiting.pop()
        other = _CYCLE.search(concept.label)
        if concept.uri in kept or (other and other[1] == "4"):
            continue
        kept[concept.uri] = concept
        waiting.extend(concept.children)
    return kept


def _ordered(concepts: dict[str, _Concept]) -> Iterator[_Concept]:
    """Yield wider concepts before those they hold; a loop in the table is cut, not followed."""
    done: set[str] = set()
    waiting = sorted(
        concepts.values(), key=lambda c: (any(b in concepts for b in c.broader), c.uri)
    )
    queue = [c for c in waiting if not any(b in concepts for b in c.broader)] or waiting[:1]
    while queue:
        concept = queue.pop(0)
        if concept.uri in done:
            continue
        done.add(concept.uri)
        yield concept
        queue.extend(
            sorted((c for c in concept.children if c.uri in concepts), key=lambda c: c.uri)
        )


def _bare(label: str) -> str:
    return fold(_ASIDE.sub("", label)).strip()


class _Laying:
    """One vocabulary's terms, and the concepts laid over them."""

    def __init__(self, kind: Vocabulary, outcome: Outcome) -> None:
        self.kind = kind
        self.outcome = outcome
        terms = list(Term.objects.filter(vocabulary=kind).order_by("position", "pk"))
        self.by_uri = {term.uri: term for term in terms if term.uri}
        self.by_name: dict[str, Term] = {}
        for term in terms:
            if not term.uri:
                for name in (term.label, *term.alt_labels):
                    self.by_name.setdefault(fold(name), term)
        self.by_code = {term.code: term for term in terms}
        self.position = max((term.position for term in terms), default=0)

    def lay(self, concept: _Concept, disciplines: Mapping[str, _Concept]) -> None:
        term = self.by_uri.get(concept.uri) or self._same(concept)
        if term is not None:
            self._enrich(term, concept)
        elif self.kind in _CLOSED:
            self.outcome.left_out += 1
        else:
            self._create(concept, disciplines)

    def _same(self, concept: _Concept) -> Term | None:
        """Return the city's term of the same name, unless another concept has taken it."""
        names = (concept.label, *concept.names) if self.kind in _CLOSED else (concept.label,)
        for name in names:
            term = self.by_name.get(fold(name))
            if term is not None and not term.uri:
                return term
        return None

    def _enrich(self, term: Term, concept: _Concept) -> None:
        known = {fold(name) for name in (term.label, *term.alt_labels)}
        fresh = [name for name in (concept.label, *concept.names) if fold(name) not in known]
        fresh = list({fold(name): name for name in fresh}.values())
        if not fresh and term.uri == concept.uri:
            self.outcome.unchanged += 1
        else:
            term.alt_labels = [*term.alt_labels, *fresh]
            term.uri = concept.uri
            term.save(update_fields=["alt_labels", "uri"])
            self.outcome.updated += 1
        self.by_uri[concept.uri] = term

    def _create(self, concept: _Concept, disciplines: Mapping[str, _Concept]) -> None:
        parent = self._parent(concept, disciplines)
        code = f"{parent.code}.{concept.number}" if parent else concept.number
        if len(code) > Term._meta.get_field("code").max_length:  # type: ignore[operator]
            self.outcome.left_out += 1
            return
        self.position += 1
        names = list({fold(n): n for n in concept.names if fold(n) != fold(concept.label)}.values())
        self.by_uri[concept.uri] = self.by_code[code] = Term.objects.create(
            vocabulary=self.kind,
            code=code,
            label=concept.label[:1].upper() + concept.label[1:],
            alt_labels=names,
            uri=concept.uri,
            parent=parent,
            position=self.position,
            reads_as_filter=False,
        )
        self.outcome.created += 1

    def _parent(self, concept: _Concept, disciplines: Mapping[str, _Concept]) -> Term | None:
        for wider in concept.broader:
            if wider in self.by_uri:
                return self.by_uri[wider]
        for wider in concept.broader:
            # "mathématiques (discipline)" is what the city calls "Mathématiques".
            known = disciplines.get(wider)
            if known is not None and (term := self.by_name.get(_bare(known.label))):
                return term
        if self.kind == Vocabulary.DOMAIN:
            cycle = _CYCLE.search(concept.label)
            if cycle and cycle[1] == "1":
                return self.by_code.get(_NURSERY)
            return self.by_name.get(_bare(concept.label))
        return None


@transaction.atomic
def import_terms(rows: Iterable[Mapping[str, str]], *, by: Actor) -> Outcome:
    """Lay the official concepts over the vocabularies; return how many did what.

    ``rows`` hold ``COLUMNS``. Raises KeyError for a table without one of them.
    """
    outcome = Outcome()
    for kind, concepts in _concepts(rows).items():
        kept = _of_first_cycles(concepts) if kind == Vocabulary.DOMAIN else concepts
        outcome.left_out += len(concepts) - len(kept)
        laying = _Laying(kind, outcome)
        for concept in _ordered(kept):
            laying.lay(concept, concepts)
    if outcome.created or outcome.updated:
        indexing.changed()
        journal.record(
            by,
            "vocabularies.import",
            CatalogueVersion.objects.get(),
            created=outcome.created,
            updated=outcome.updated,
        )
    return outcome
