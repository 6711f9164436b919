"""Queries of our own over the demo's catalogue, judged by the notion each resource is about."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

from resources.catalogue import rules, vocabularies
from resources.catalogue.demo import french, generate
from resources.search.engine import Document

FILE = Path(__file__).with_name("judged_own.txt")


@dataclass(frozen=True)
class Judged:
    """A query, the resources it means, what it tries."""

    text: str
    wanted: frozenset[int]
    kind: str


def documents() -> tuple[list[Document], dict[str, set[int]]]:
    """Return the demo's 1,800 resources as the index holds them, and those of each notion."""
    labels = {
        entry.code: entry.label
        for listed in (
            vocabularies.LEVELS,
            vocabularies.DOMAINS,
            vocabularies.PEDAGOGICAL_TYPES,
            vocabularies.DOCUMENT_TYPES,
        )
        for entry in listed
    }
    by_facts = {
        (notion.domain, *sorted({french.bare(notion.phrase), *notion.keywords})): notion.phrase
        for notion in generate.notions()
    }
    made, about = [], {}
    drafts = generate.drafts(random.Random(7), 1800, dt.date(2026, 11, 20))
    for pk, draft in enumerate(drafts, start=1):
        wide = draft.domain.partition(".")[0]
        names = (*draft.levels, wide, draft.domain, draft.pedagogical_type, draft.document_type)
        facets = {
            "level": draft.levels,
            "cycle": tuple(rules.cycles_of(draft.levels)),
            "domain": tuple(dict.fromkeys((wide, draft.domain))),
            "type": (draft.pedagogical_type,),
            "document": (draft.document_type,),
            "cost": (draft.cost,),
        }
        made.append(
            Document(
                pk,
                draft.title,
                draft.description,
                tuple(draft.keywords),
                tuple(labels[name] for name in names),
                facets,
                quality=draft.quality,
                published=draft.published_on.toordinal(),
                opened=draft.opened_count,
            )
        )
        phrase = by_facts[draft.domain, *sorted(set(draft.keywords))]
        about.setdefault(phrase, set()).add(pk)
    return made, about


def queries(made: list[Document], about: dict[str, set[int]]) -> list[Judged]:
    """Read the queries; each must mean something that exists."""
    by_pk = {document.pk: document for document in made}
    found = []
    for raw in FILE.read_text(encoding="utf-8").splitlines():
        if not raw.strip() or raw.startswith("#"):
            continue
        text, notions, filters, kind = (part.strip() for part in raw.split("|"))
        wanted = {pk for notion in notions.split(";") for pk in about[notion.strip()]}
        for pair in filters.split():
            facet, value = pair.split("=")
            wanted = {pk for pk in wanted if value in by_pk[pk].facets[facet]}
        assert wanted, text
        found.append(Judged(text, frozenset(wanted), kind))
    return found
