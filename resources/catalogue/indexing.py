"""From the database to the index: what a resource shows of itself, and when to rebuild.

A rebuild is whole, never incremental: two seconds at 1,800 resources, and nothing to get
out of step. Writers raise ``CatalogueVersion`` in their transaction; whoever finds an index
of another version, on any node, rebuilds its own copy under a lock.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F

from core import clock, queueing
from resources.catalogue import frontend, rules, terms
from resources.catalogue.access import EVERYWHERE, place_of, school_uses
from resources.catalogue.models import CatalogueVersion, Resource, SynonymGroup, Term
from resources.catalogue.terms import LOOK_EVERY, Labels, current_version
from resources.search.analysis import stems
from resources.search.engine import Document
from resources.search.service import WhooshEngine

logger = logging.getLogger(__name__)

#: Seconds during which several changes make one rebuild.
DEBOUNCE = 2


@lru_cache(maxsize=4)
def _engine(root: Path) -> WhooshEngine:
    return WhooshEngine(root)


def engine() -> WhooshEngine:
    """Return this process's engine over this node's index."""
    return _engine(Path(settings.SEARCH_INDEX_ROOT))


def _parents(code: str) -> Iterator[str]:
    while code:
        yield code
        code = code.rpartition(".")[0]


def document_of(resource: Resource, labels: Labels, used: Iterable[str] = ()) -> Document:
    """Return what the index holds of a resource; ``labels`` names the terms by their code.

    ``used`` are the places of the schools that use it.
    """
    levels = [term.code for term in resource.levels.all()]
    places = [place_of(uai=school.uai) for school in resource.schools.all()]
    places += [place_of(class_group=group.pk) for group in resource.class_groups.all()]
    domains = [term.code for term in resource.domains.all()]
    needs = [term.code for term in resource.needs.all()]
    return described(resource, levels, domains, labels, places, used=used, needs=needs)


def described(
    resource: Resource,
    level_codes: Iterable[str],
    domain_codes: Iterable[str],
    labels: Labels,
    places: Iterable[str] = (),
    *,
    used: Iterable[str] = (),
    needs: Iterable[str] = (),
) -> Document:
    """Return the document of a resource whose levels and domains are given by code."""
    given = set(level_codes)
    levels = [code for code in rules.LEVELS if code in given]
    cycles = rules.cycles_of(levels)
    domains = sorted({wider for code in domain_codes for wider in _parents(code)})
    kind = resource.pedagogical_type.code if resource.pedagogical_type else ""
    document = resource.document_type.code if resource.document_type else ""
    named = [labels.get(("level", code), code) for code in levels]
    named += [labels.get(("domain", code), "") for code in domains]
    named.append(labels.get(("pedagogical_type", kind), ""))
    named.append(labels.get(("document_type", document), ""))
    needed = list(needs)
    named += [labels.get(("need", code), "") for code in needed]
    if "1" in cycles:
        named.append("maternelle")
    return Document(
        pk=resource.pk or 0,
        title=resource.title,
        description=resource.description,
        keywords=tuple(str(word) for word in resource.keywords),
        labels=tuple(filter(None, named)),
        facets={
            "level": tuple(levels),
            "cycle": tuple(cycles),
            "domain": tuple(domains),
            "type": (kind,) if kind else (),
            "document": (document,) if document else (),
            "cost": (resource.cost,),
            "licence": (resource.licence.code,) if resource.licence else (),
            "language": (resource.language,),
            "need": tuple(needed),
            "audience": (resource.audience,),
            "privacy": (resource.personal_data_level,),
            "place": tuple(places) or (EVERYWHERE,),
            "used": tuple(sorted(used)),
        },
        open_from=resource.open_from.toordinal() if resource.open_from else None,
        open_to=resource.open_to.toordinal() if resource.open_to else None,
        quality=resource.standing,
        published=resource.published_on.toordinal() if resource.published_on else 0,
        opened=resource.opened_count,
    )


def search_text_of(document: Document) -> str:
    """Return the stems of a resource between spaces, for answers from the database."""
    texts = (document.title, *document.keywords, *document.labels, document.description)
    found = sorted({stem for text in texts for stem in stems(text)})
    return f" {' '.join(found)} "


def term_labels() -> Labels:
    """Return the label of every term by vocabulary and code."""
    return {
        (vocabulary, code): label
        for vocabulary, code, label in Term.objects.order_by().values_list(
            "vocabulary", "code", "label"
        )
    }


def note_texts(pks: Iterable[int]) -> None:
    """Write again what the database searches in, for many resources, where it differs."""
    labels = term_labels()
    rows = list(
        Resource.objects.filter(pk__in=list(pks))
        .select_related("pedagogical_type", "document_type", "licence")
        .prefetch_related("levels", "domains", "needs", "schools", "class_groups")
        .order_by("pk")
    )
    changed_rows = []
    for row in rows:
        before, row.search_text = row.search_text, search_text_of(document_of(row, labels))
        if row.search_text != before:
            changed_rows.append(row)
    Resource.objects.bulk_update(changed_rows, ["search_text"], batch_size=500)


def renew_texts() -> None:
    """Bring what the database searches in up to date: the analysis may have changed."""
    pks = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), 500):
        note_texts(pks[start : start + 500])


def documents() -> Iterator[Document]:
    """Yield what the index holds: every validated resource, by title."""
    labels, uses = term_labels(), school_uses()
    resources = (
        Resource.objects.filter(state=Resource.State.VALIDATED)
        .select_related("pedagogical_type", "document_type", "licence")
        .prefetch_related("levels", "domains", "needs", "schools", "class_groups")
        .order_by("title", "pk")
    )
    for resource in resources.iterator(chunk_size=1000):
        yield document_of(resource, labels, uses.get(resource.pk, ()))


def changed() -> None:
    """Note a change of the catalogue and have the index rebuilt once it is committed.

    Called by actions in their transaction. Changes within ``DEBOUNCE`` seconds share one
    task; should it get lost, the sweep or the next search finds the stale version.
    """
    updated = CatalogueVersion.objects.filter(pk=1).update(
        number=F("number") + 1, changed_at=clock.now()
    )
    if not updated:
        CatalogueVersion.objects.get_or_create(pk=1, defaults={"number": 1})
    terms.forget()
    transaction.on_commit(_ask_for_rebuild)


def _ask_for_rebuild() -> None:
    if cache.add("catalogue:rebuild-asked", 1, timeout=DEBOUNCE):
        queueing.send("catalogue.refresh_index", countdown=DEBOUNCE - 0.5)


def rebuild(*, force: bool = False) -> bool:
    """Rebuild this node's index now; False when another builder is at it.

    The version is read before the rows: a change made meanwhile leaves the index stale,
    never wrongly fresh.
    """
    version = current_version()
    groups = SynonymGroup.objects.filter(active=True).values_list("words", flat=True)
    front = frontend.build(
        Term.objects.order_by("vocabulary", "position", "pk"), [tuple(words) for words in groups]
    )
    return engine().rebuild(
        documents(),
        version,
        readings=front.readings,
        doubtful=front.doubtful,
        synonyms=front.synonyms,
        force=force,
    )


def refresh() -> bool:
    """Rebuild this node's index if it is missing, damaged or of an older version."""
    if not engine().is_stale(current_version()):
        return False
    return rebuild()


class _Watch:
    """Has a web process keep its node's index fresh without slowing anybody down."""

    def __init__(self) -> None:
        self.looked_at = float("-inf")
        self.lock = threading.Lock()

    def look(self) -> None:
        """At most every ``LOOK_EVERY`` seconds, rebuild a stale index in a thread."""
        if settings.TESTING or time.monotonic() - self.looked_at < LOOK_EVERY:
            return
        if not self.lock.acquire(blocking=False):
            return
        try:
            self.looked_at = time.monotonic()
            stale = engine().is_stale(current_version())
        finally:
            self.lock.release()
        if stale:
            threading.Thread(target=_refresh_quietly, daemon=True, name="search-refresh").start()


def _refresh_quietly() -> None:
    try:
        refresh()
    except Exception:
        logger.exception("the search index could not be rebuilt")
    finally:
        connection.close()


watch = _Watch()
