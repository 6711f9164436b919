"""The search among 1,800 resources, beside PostgreSQL's and SQLite's own full text.

Speed, and what speed is worth nothing without: is the resource one has in mind among the
first ten, spelt well or with a slip of two letters?
"""

from __future__ import annotations

import random
import re
import sqlite3
import statistics
from collections.abc import Callable
from typing import Any

from django.db import connection

from resources.catalogue import indexing
from resources.search.analysis import stems
from resources.search.engine import Ask, Document
from tests.bench import search_depth, search_scale
from tests.bench.board import Board, seconds
from tests.bench.city import City

QUERIES = (
    "fractions CM1", "volcans", "accord du participe passé", "système solaire", "théâtre cycle 3",
    "lecture CP", "calcul mental", "révolution française", "anglais couleurs", "cycle de l'eau",
    "poésie", "géométrie symétrie", "harcèlement", "dictée CE2", "alimentation",
)  # fmt: skip
ITEMS = 120
Finder = Callable[[str], list[int]]


def measure(board: Board, city: City) -> None:
    """Build the three indexes over the same texts, then ask them the same questions."""
    _ = city.seeded
    build = seconds(lambda: indexing.rebuild(force=True))
    engine = indexing.engine()
    # First, while the process holds no more than a web process does.
    search_depth.measure_page(board)
    documents = list(indexing.documents())
    pg_build, pg = _postgres(documents)
    lite_build, lite = _sqlite(documents)

    def ours(text: str) -> list[int]:
        return list(engine.search(Ask(text=text, size=10)).ids)

    asked = _known_items(documents)
    # Each question once: an answer given before may be remembered.
    texts = [*QUERIES, *(text for text, _pk in asked)]
    times = {
        name: statistics.median(seconds(lambda q=text, f=find: f(q)) for text in texts) * 1000
        for name, find in (("ours", ours), ("pg", pg), ("lite", lite))
    }
    board.add("search.query.p50", times["ours"], "ms", baseline="PostgreSQL full text, no facets",
              baseline_value=times["pg"], at_most=50)  # fmt: skip
    board.add("search.query_fts5.p50", times["ours"], "ms", baseline="SQLite FTS5, no facets",
              baseline_value=times["lite"], at_most=50)  # fmt: skip
    board.add("search.rebuild.duration", build, "s", baseline="PostgreSQL tsvector and GIN index",
              baseline_value=pg_build, at_most=30)  # fmt: skip
    board.add("search.rebuild_fts5.duration", build, "s", baseline="SQLite FTS5",
              baseline_value=lite_build, at_most=30)  # fmt: skip
    for name, spell in (("known_item", str), ("misspelt", _slip)):
        found = {key: _recall(asked, spell, find) for key, find in
                 (("ours", ours), ("pg", pg), ("lite", lite))}  # fmt: skip
        for engine_name, key in (("PostgreSQL full text", "pg"), ("SQLite FTS5", "lite")):
            board.add(
                f"search.{name}.{'recall10' if key == 'pg' else 'recall10_fts5'}",
                found["ours"],
                "share",
                baseline=engine_name,
                baseline_value=found[key],
                at_least=max(found[key], 0.8),
            )
    search_depth.measure(board, documents, texts)
    search_scale.measure_parts(board)
    search_scale.measure(board, documents, texts)


def _text(document: Document) -> tuple[str, str, str]:
    words = " ".join((*document.keywords, *document.labels))
    return document.title, document.description, words


def _postgres(documents: list[Document]) -> tuple[float, Finder]:
    rows = [(document.pk, *_text(document)) for document in documents]

    def build() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_text (pk int, a text, b text, c text, v tsvector)")
            cursor.executemany("INSERT INTO bench_text VALUES (%s, %s, %s, %s)", rows)
            cursor.execute(
                "UPDATE bench_text SET v = setweight(to_tsvector('french', a), 'A') ||"
                " setweight(to_tsvector('french', c), 'B') ||"
                " setweight(to_tsvector('french', b), 'C')"
            )
            cursor.execute("CREATE INDEX ON bench_text USING gin (v)")
            cursor.execute("ANALYZE bench_text")

    def find(text: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pk FROM bench_text, websearch_to_tsquery('french', %s) q"
                " WHERE v @@ q ORDER BY ts_rank(v, q) DESC, pk LIMIT 10",
                [text],
            )
            return [row[0] for row in cursor.fetchall()]

    return seconds(build), find


def _sqlite(documents: list[Document]) -> tuple[float, Finder]:
    base = sqlite3.connect(":memory:")

    def build() -> None:
        base.execute(
            "CREATE VIRTUAL TABLE t USING fts5(a, b, c, tokenize='unicode61 remove_diacritics 2')"
        )
        base.executemany(
            "INSERT INTO t (rowid, a, b, c) VALUES (?, ?, ?, ?)",
            [(document.pk, *_text(document)) for document in documents],
        )

    def find(text: str) -> list[int]:
        words = re.findall(r"\w+", text)
        query = " ".join(f'"{word}"' for word in words)
        found = base.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 10, 1, 4), rowid LIMIT 10",
            [query],
        )
        return [row[0] for row in found.fetchall()]

    return seconds(build), find


def _known_items(documents: list[Document]) -> list[tuple[str, int]]:
    """Return questions and the resource each has in mind: three telling words of its title."""
    rng = random.Random(20)
    frequency: dict[str, int] = {}
    for document in documents:
        for stem in set(stems(document.title)):
            frequency[stem] = frequency.get(stem, 0) + 1
    chosen = []
    for document in rng.sample(documents, min(len(documents), ITEMS * 2)):
        words: list[str] = re.findall(r"[^\W\d]{4,}", document.title)
        rare = sorted(words, key=lambda word: frequency.get((stems(word) or [""])[0], 0))[:3]
        if len(rare) == 3:
            kept = [word for word in words if word in rare]
            chosen.append((" ".join(dict.fromkeys(kept)), document.pk))
    return chosen[:ITEMS]


def _slip(text: str) -> str:
    """Swap two letters inside the longest word."""
    longest = max(text.split(), key=len)
    middle = len(longest) // 2
    swapped = longest[: middle - 1] + longest[middle] + longest[middle - 1] + longest[middle + 1 :]
    return text.replace(longest, swapped)


def _recall(asked: list[tuple[str, int]], spell: Callable[[str], Any], find: Finder) -> float:
    return sum(pk in find(spell(text)) for text, pk in asked) / max(len(asked), 1)
