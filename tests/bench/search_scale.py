"""The search where Whoosh ends, and what each part of the front end brings."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from django.db import connection

from resources.search import analysis
from resources.search.engine import Ask, Document
from resources.search.excerpts import mark
from resources.search.lexicon import Lexicon
from resources.search.service import WhooshEngine
from tests.bench import search_depth, search_tantivy
from tests.bench.board import Board, seconds
from tests.resources import own_judged
from tests.resources.test_judged import (
    front_end,
    judged_documents,
    judged_file,
    own_scores,
    scores,
)

LARGE = 100_000


def large(documents: Sequence[Document]) -> Iterator[Document]:
    """Yield a catalogue of another size: titles, texts and words of ours, dealt anew."""
    rng = random.Random(100_000)
    for number in range(LARGE):
        first, second, third = rng.choices(documents, k=3)
        yield replace(
            first,
            pk=number + 1,
            title=f"{first.title} {number}",
            description=second.description,
            keywords=third.keywords,
        )


def measure(board: Board, documents: Sequence[Document], texts: Sequence[str]) -> None:
    """Measure a full answer among 100,000 resources, beside PostgreSQL with the same ones."""
    many = list(large(documents))
    by_pk = {document.pk: document for document in many}
    front = front_end()
    engine = WhooshEngine(Path(tempfile.mkdtemp(prefix="escale-large-")))
    build = seconds(
        lambda: engine.rebuild(many, 1, readings=front.readings, synonyms=front.synonyms)
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS depth_text, depth_facet")
    pg_build, pg = search_depth.postgres(many)

    def ours(text: str) -> None:
        answer = engine.search(Ask(text=text, size=20))
        for pk in answer.ids:
            mark(by_pk[pk].title, answer.marks)
            mark(by_pk[pk].description, answer.marks, length=200)

    lite_build, lite = search_depth.sqlite(many)
    finders = {"ours": ours, "pg": pg, "lite": lite}
    with search_tantivy.index(many) as (peer_build, peer):
        found = {
            name: search_depth.p95(find, texts) for name, find in {**finders, "peer": peer}.items()
        }
    rows = (
        ("", "PostgreSQL, same work", "pg", pg_build, found["pg"]),
        ("_fts5", "SQLite FTS5, so too", "lite", lite_build, found["lite"]),
        ("_tantivy", "tantivy, so too", "peer", peer_build, found["pg"]),
    )
    for suffix, name, key, built, goal in rows:
        board.add(f"search.query_100000{suffix}.p95_ms", found["ours"], "ms", baseline=name,
                  baseline_value=found[key], at_most=goal)  # fmt: skip
        board.add(f"search.index_100000{suffix}.s", build, "s", baseline=name,
                  baseline_value=built, at_most=600)  # fmt: skip


@contextmanager
def _without_accents() -> Iterator[None]:
    """Take "foret" and "forêt" for two words."""
    analysis._forms.cache_clear()
    with mock.patch.object(analysis, "fold", str.casefold):
        yield
    analysis._forms.cache_clear()


@contextmanager
def _without_letters() -> Iterator[None]:
    with mock.patch.object(Lexicon, "_near_letters", return_value={}):
        yield


@contextmanager
def _without_sounds() -> Iterator[None]:
    with mock.patch("resources.search.lexicon.sound_of", return_value=""):
        yield


@contextmanager
def _whole() -> Iterator[None]:
    yield


PARTS: tuple[tuple[str, Callable[[], object], bool], ...] = (
    ("synonyms", _whole, False),
    ("typos", _without_letters, True),
    ("child_spelling", _without_sounds, True),
    ("accents", _without_accents, True),
)


def measure_own(board: Board) -> None:
    """Measure our own 72 queries over the demo's catalogue, whole and without each part."""
    front = front_end()
    documents, about = own_judged.documents()
    judged = own_judged.queries(documents, about)

    def scored(part: Callable[[], object], *, synonyms: bool) -> tuple[float, float]:
        with part():  # type: ignore[attr-defined]
            engine = WhooshEngine(Path(tempfile.mkdtemp(prefix="escale-own-")))
            groups = front.synonyms if synonyms else []
            engine.rebuild(documents, 1, readings=front.readings, synonyms=groups)
            return own_scores(engine, judged)

    whole = scored(_whole, synonyms=True)
    for name, part, synonyms in PARTS:
        without = scored(part, synonyms=synonyms)
        for place, row in enumerate(("ndcg10", "recall10")):
            board.add(f"search.own_{row}.{name}", whole[place], "",
                      baseline=f"without {name.replace('_', ' ')}",
                      baseline_value=without[place], at_least=0.9)  # fmt: skip


def measure_parts(board: Board) -> None:
    """Measure nDCG@10 on the judged queries, whole and with each part switched off."""
    measure_own(board)
    path = judged_file()
    if path is None:
        print("   search.ndcg10, search.recall10: the judged queries are not here")
        return
    data = json.loads(path.read_text(encoding="utf-8"))
    front = front_end()
    documents = judged_documents(data, front)

    def scored(part: Callable[[], object], *, synonyms: bool) -> tuple[float, float]:
        with part():  # type: ignore[attr-defined]
            engine = WhooshEngine(Path(tempfile.mkdtemp(prefix="escale-judged-")))
            engine.rebuild(
                documents,
                1,
                readings=front.readings,
                synonyms=front.synonyms if synonyms else [],
            )
            return scores(engine, data)

    whole = scored(_whole, synonyms=True)
    for name, part, synonyms in PARTS:
        without = scored(part, synonyms=synonyms)
        for place, (measure_name, goal) in enumerate((("ndcg10", 0.95), ("recall10", 0.97))):
            row = f"search.{measure_name}" + ("" if name == "synonyms" else f".{name}")
            board.add(row, whole[place], "", baseline=f"without {name.replace('_', ' ')}",
                      baseline_value=without[place], at_least=goal)  # fmt: skip
