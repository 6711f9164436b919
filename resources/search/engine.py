"""What any engine behind the search takes and gives: the seam.

``Engine`` is small on purpose. Analysis, correction, synonyms and excerpts stay outside,
so that another engine can take over past what Whoosh serves well (about 10,000 records)
by implementing four methods.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from resources.search.query import Avoided

#: Facets every document states, in the order in which they are counted.
FACETS = ("level", "cycle", "domain", "type", "document", "cost", "licence", "language", "need")
#: Facet values that only rights and ranking look at; never shown, never counted.
HIDDEN = ("audience", "privacy", "place", "used")
SORTS = ("relevance", "recent", "title", "popular")


@dataclass(frozen=True)
class Document:
    """A resource as the index holds it. Facet values are codes; parents of domains included.

    Days are ``date.toordinal()``; ``labels`` are names of levels, domains and types that
    one may also search for; ``quality`` runs from 0 to 5.
    """

    pk: int
    title: str
    description: str
    keywords: tuple[str, ...]
    labels: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    open_from: int | None = None
    open_to: int | None = None
    quality: int = 0
    published: int = 0
    opened: int = 0


@dataclass(frozen=True)
class Ask:
    """One question to an engine.

    ``filters`` are what the reader chose: or within a facet, and between facets; each
    facet is counted as if it alone were not chosen. ``scope`` is what the reader may see:
    it limits results *and* counts and is never shown. ``typing`` opens the last word.
    ``near_levels`` and ``near_places`` are where the reader teaches or learns: what fits there
    comes a little higher. ``plain`` are words of the query not to be read as filters;
    ``edition`` is the version of the index that the first page was taken from.
    """

    text: str = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)
    day: dt.date | None = None
    near_levels: frozenset[str] = frozenset()
    near_places: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    edition: str = ""
    sort: str = "relevance"
    page: int = 1
    size: int = 20
    typing: bool = False
    literal: bool = False


@dataclass(frozen=True)
class Chip:
    """Words of the query read as a filter; ``rest`` is the query without them."""

    facet: str
    value: str
    label: str
    written: str
    rest: str


@dataclass(frozen=True)
class Answer:
    """What an engine found. ``exact`` of the ``total`` match every word of the query.

    ``corrected`` is the query as understood when words were corrected, else empty; ``missing``
    are words nothing answers to; ``marks`` and ``prefixes`` tell excerpts what to highlight;
    ``avoided`` is what the query leaves out, ``sought`` the folded words it looks for, without
    those read as filters; ``edition`` names the version that answered.
    """

    ids: tuple[int, ...]
    total: int
    exact: int
    facets: Mapping[str, Mapping[str, int]]
    chips: tuple[Chip, ...] = ()
    corrected: str = ""
    missing: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()
    avoided: tuple[Avoided, ...] = ()
    sought: tuple[str, ...] = ()
    relaxed: bool = False
    degraded: bool = False
    edition: str = ""


@dataclass(frozen=True)
class WordReason:
    """How one thing asked for was met by a document.

    ``how``: "word", "synonym", "corrected", "beginning", or "missing"; ``met`` is what the
    document holds in its place; ``where``: "title", "keywords", "text" or "".
    """

    written: str
    how: str
    met: str = ""
    where: str = ""


@dataclass(frozen=True)
class Explanation:
    """Why a document stands where it stands.

    ``score`` is what it is ranked by: the ``text`` of the words times the ``factors``, each by
    its name ("satisfied", "prior", "very_title", "whole_title", "as_typed", "level", "place").
    ``prior`` says what its own worth is made of ("quality", "use", "fresh"). ``alike``: it
    holds few of the words, but is close to the best answers.
    """

    words: tuple[WordReason, ...]
    text: float
    factors: Mapping[str, float]
    prior: Mapping[str, float]
    score: float
    alike: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A title that begins with, or holds, what is being typed."""

    pk: int
    title: str


class Engine(Protocol):
    """The seam."""

    def search(self, ask: Ask) -> Answer:
        """Answer one question; never raises for anything a person can type."""
        ...

    def suggest(
        self, prefix: str, scope: Mapping[str, frozenset[str]], day: dt.date | None, limit: int = 8
    ) -> list[Suggestion]:
        """Return titles for what is being typed, within what the reader may see."""
        ...

    def rebuild(self, documents: Iterable[Document], version: int) -> bool:
        """Build and publish a new index; False when somebody else is at it."""
        ...

    def ready(self) -> bool:
        """Tell whether an index can be read."""
        ...
