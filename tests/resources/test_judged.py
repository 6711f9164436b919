"""Relevance on judged queries, and what each part of the front end brings.

The file lies outside this repository; without it the test is skipped. No part of the
search was tuned to these queries one by one.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from resources.catalogue import frontend, rules, vocabularies
from resources.catalogue.models import Term, Vocabulary
from resources.search.analysis import fold
from resources.search.engine import Ask, Document
from resources.search.service import WhooshEngine
from tests.resources import own_judged

NAME = Path("shared") / "data" / "resources" / "judged-queries-dev.json"


def judged_file() -> Path | None:
    """Return the file beside the repository, or one folder further up."""
    here = Path(settings.BASE_DIR)
    return next((p / NAME for p in (here.parent, here.parent.parent) if (p / NAME).is_file()), None)


def front_end() -> frontend.FrontEnd:
    listed = (
        (Vocabulary.LEVEL, vocabularies.LEVELS),
        (Vocabulary.DOMAIN, vocabularies.DOMAINS),
        (Vocabulary.PEDAGOGICAL_TYPE, vocabularies.PEDAGOGICAL_TYPES),
        (Vocabulary.DOCUMENT_TYPE, vocabularies.DOCUMENT_TYPES),
    )
    return frontend.build(
        Term(vocabulary=v, code=e.code, label=e.label, alt_labels=list(e.alt_labels))
        for v, entries in listed
        for e in entries
    )


def judged_documents(data: dict[str, Any], front: frontend.FrontEnd) -> list[Document]:
    documents = []
    for number, doc in enumerate(data["docs"]):
        facets = {"level": tuple(doc["levels"]), "cycle": tuple(rules.cycles_of(doc["levels"]))}
        meaning = front.readings.get((fold(doc["type"]),))
        if meaning:
            facets[meaning[0]] = (meaning[1],)
        labels = (*doc["subjects"], doc["type"], *doc["levels"])
        documents.append(
            Document(number, doc["title"], doc["summary"], tuple(doc["keywords"]), labels, facets)
        )
    return documents


def own_scores(engine: WhooshEngine, judged: list[own_judged.Judged]) -> tuple[float, float]:
    """Return mean nDCG@10 and recall@10 over our own queries: a resource is meant, or not."""
    gains, recalls = [], []
    for query in judged:
        found = engine.search(Ask(query.text, size=10)).ids
        gain = sum(1 / math.log2(n + 2) for n, pk in enumerate(found) if pk in query.wanted)
        most = min(10, len(query.wanted))
        gains.append(gain / sum(1 / math.log2(n + 2) for n in range(most)))
        recalls.append(len(set(found) & query.wanted) / most)
    return sum(gains) / len(gains), sum(recalls) / len(recalls)


def scores(engine: WhooshEngine, data: dict[str, Any]) -> tuple[float, float]:
    """Return mean nDCG@10 and recall@10 over the judged queries."""
    place = {doc["id"]: number for number, doc in enumerate(data["docs"])}
    gains, recalls = [], []
    for query in data["queries"]:
        wanted = {place[key]: grade for key, grade in query["relevant"].items()}
        found = engine.search(Ask(query["q"], size=10)).ids
        gain = sum((2 ** wanted.get(pk, 0) - 1) / math.log2(n + 2) for n, pk in enumerate(found))
        best = sorted(wanted.values(), reverse=True)[:10]
        ideal = sum((2**grade - 1) / math.log2(n + 2) for n, grade in enumerate(best))
        gains.append(gain / ideal)
        recalls.append(len(set(found) & set(wanted)) / min(10, len(wanted)))
    return sum(gains) / len(gains), sum(recalls) / len(recalls)


def test_relevance_reaches_the_goal(tmp_path: Path) -> None:
    path = judged_file()
    if path is None:
        pytest.skip(f"{NAME} is not here")
    data = json.loads(path.read_text(encoding="utf-8"))
    front = front_end()
    engine = WhooshEngine(tmp_path)
    assert engine.rebuild(
        judged_documents(data, front), 1, readings=front.readings, synonyms=front.synonyms
    )
    ndcg, recall = scores(engine, data)
    assert ndcg >= 0.95, ndcg
    assert recall >= 0.97, recall


def test_our_own_queries_find_what_they_mean(tmp_path: Path) -> None:
    """Child spelling, slips, other words, filters, phrases: never tuned one by one.

    What is not found is left in the file: the bounds are what was measured, not perfection.
    """
    front = front_end()
    documents, about = own_judged.documents()
    judged = own_judged.queries(documents, about)
    assert len(judged) >= 60
    engine = WhooshEngine(tmp_path)
    assert engine.rebuild(documents, 1, readings=front.readings, synonyms=front.synonyms)
    ndcg, recall = own_scores(engine, judged)
    assert ndcg >= 0.93, ndcg
    assert recall >= 0.93, recall
    for kind in ("filter", "french", "typo"):
        own = [query for query in judged if query.kind == kind]
        assert own_scores(engine, own)[0] >= 0.97, kind
