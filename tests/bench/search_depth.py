"""The search as a reader meets it: a page of twenty with facets and excerpts, and its relevance.

The same documents, questions and work for each engine: twenty results, four facets counted,
excerpts marked; every word first, then any word where that is meagre. PostgreSQL and SQLite
get the plain SQL one would write for it.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence

from django.db import connection
from django.urls import reverse

from resources.catalogue import indexing
from resources.search.analysis import stems
from resources.search.engine import Ask, Document
from resources.search.excerpts import mark
from resources.search.searching import ENOUGH
from tests.bench import search_tantivy
from tests.bench.board import Board, median_ms, seconds
from tests.bench.pages import client_of, get

FACETS = ("level", "domain", "type", "cost")
RUNS = 5
Rows = list[tuple[object, ...]]


def measure(board: Board, documents: Sequence[Document], texts: Sequence[str]) -> None:
    """Add the rows: 95th percentile of a full answer, the page, the relevance."""
    by_pk = {document.pk: document for document in documents}
    engine = indexing.engine()

    def ours(text: str) -> None:
        answer = engine.search(Ask(text=text, size=20))
        for pk in answer.ids:
            mark(by_pk[pk].title, answer.marks)
            mark(by_pk[pk].description, answer.marks, length=200)

    pg_build, pg = postgres(documents)
    found = {"ours": ours, "pg": pg, "lite": sqlite(documents)[1]}
    with search_tantivy.index(documents) as (_built, peer):
        times = {name: p95(find, texts) for name, find in {**found, "peer": peer}.items()}
    board.add("search.query_1800.p95_ms", times["ours"], "ms", baseline="PostgreSQL, same work",
              baseline_value=times["pg"], at_most=min(3.0, times["pg"]))  # fmt: skip
    board.add("search.query_1800_fts5.p95_ms", times["ours"], "ms", baseline="SQLite FTS5, so too",
              baseline_value=times["lite"], at_most=min(3.0, times["lite"]))  # fmt: skip
    board.add("search.query_1800_tantivy.p95_ms", times["ours"], "ms", baseline="tantivy, so too",
              baseline_value=times["peer"], at_most=3.0)  # fmt: skip
    build = statistics.median(seconds(lambda: indexing.rebuild(force=True)) for _ in range(3))
    board.add("search.index_1800.s", build, "s", baseline="PostgreSQL, texts and facets",
              baseline_value=pg_build, at_most=10.0)  # fmt: skip


def p95(find: Callable[[str], None], texts: Sequence[str]) -> float:
    """Return the 95th percentile, in ms, of all questions, each at its median of some runs."""
    for text in texts[:5]:
        find(text)
    times = sorted(
        statistics.median(seconds(lambda q=text: find(q)) for _ in range(RUNS)) for text in texts
    )
    return times[int(len(times) * 0.95)] * 1000


def _rows(
    documents: Sequence[Document],
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    texts = [(d.pk, d.title, d.description, " ".join((*d.keywords, *d.labels))) for d in documents]
    values = [
        (d.pk, facet, value) for d in documents for facet in FACETS for value in d.facets[facet]
    ]
    return texts, values


def postgres(documents: Sequence[Document]) -> tuple[float, Callable[[str], None]]:
    """Return how long PostgreSQL took to index some documents, and how to ask it."""
    texts, values = _rows(documents)
    return seconds(lambda: _build_postgres(texts, values)), _find_in_postgres


def _build_postgres(texts: list[tuple[object, ...]], values: list[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE depth_text (pk int primary key, a text, b text, c text)")
        cursor.execute("CREATE TABLE depth_facet (pk int, facet text, value text)")
        cursor.executemany("INSERT INTO depth_text VALUES (%s, %s, %s, %s)", texts)
        cursor.executemany("INSERT INTO depth_facet VALUES (%s, %s, %s)", values)
        cursor.execute(
            "ALTER TABLE depth_text ADD v tsvector GENERATED ALWAYS AS ("
            "setweight(to_tsvector('french', a), 'A') || setweight(to_tsvector('french', c), 'B')"
            " || setweight(to_tsvector('french', b), 'C')) STORED"
        )
        cursor.execute("CREATE INDEX ON depth_text USING gin (v)")
        cursor.execute("CREATE INDEX ON depth_facet (pk)")
        cursor.execute("ANALYZE depth_text")
        cursor.execute("ANALYZE depth_facet")


def _find_in_postgres(text: str) -> None:
    with connection.cursor() as cursor:
        for query in (text, " or ".join(text.split())):
            cursor.execute(
                "SELECT pk, a, ts_headline('french', b, q) FROM ("
                "SELECT pk, a, b, q FROM depth_text, websearch_to_tsquery('french', %s) q"
                " WHERE v @@ q ORDER BY ts_rank(v, q) DESC, pk LIMIT 20) found",
                [query],
            )
            if len(cursor.fetchall()) >= ENOUGH:
                break
        cursor.execute(
            "SELECT facet, value, count(*) FROM depth_facet WHERE pk IN (SELECT pk FROM"
            " depth_text WHERE v @@ websearch_to_tsquery('french', %s)) GROUP BY 1, 2",
            [query],
        )
        cursor.fetchall()


def sqlite(documents: Sequence[Document]) -> tuple[float, Callable[[str], None]]:
    """Return how long SQLite's FTS5 took to index some documents, and how to ask it."""
    begun = time.perf_counter()
    find = _sqlite(documents)
    return time.perf_counter() - begun, find


def _sqlite(documents: Sequence[Document]) -> Callable[[str], None]:
    texts, values = _rows(documents)
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(a, b, c, tokenize='unicode61')")
    base.execute("CREATE TABLE f (pk int, facet text, value text)")
    stemmed = [(pk, *(" ".join(stems(str(part))) for part in parts)) for pk, *parts in texts]
    base.executemany("INSERT INTO t (rowid, a, b, c) VALUES (?, ?, ?, ?)", stemmed)
    base.executemany("INSERT INTO f VALUES (?, ?, ?)", values)
    base.execute("CREATE INDEX fi ON f (pk)")

    def find(text: str) -> None:
        quoted = [f'"{stem}"' for stem in stems(text)] or ['""']
        for query in (" ".join(quoted), " OR ".join(quoted)):
            found = base.execute(
                "SELECT rowid, snippet(t, 1, '[', ']', '…', 24) FROM t WHERE t MATCH ?"
                " ORDER BY bm25(t, 10, 1, 4), rowid LIMIT 20",
                [query],
            ).fetchall()
            if len(found) >= ENOUGH:
                break
        base.execute(
            "SELECT facet, value, count(*) FROM f WHERE pk IN"
            " (SELECT rowid FROM t WHERE t MATCH ?) GROUP BY 1, 2",
            [query],
        ).fetchall()

    return find


def measure_page(board: Board) -> None:
    """Measure the whole page for the demo's teacher, beside a page without a list."""
    url, other = reverse("catalogue:search"), reverse("help")
    client = client_of("teacher")
    page = median_ms(lambda: get(client, f"{url}?q=fractions+CM1"))
    home = median_ms(lambda: get(client, other))
    board.add("search.page.ms", page, "ms", baseline="a page without a list (help)",
              baseline_value=home, at_most=25)  # fmt: skip
