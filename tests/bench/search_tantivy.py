"""Tantivy as a peer, for measuring only: the engine to take over past what Whoosh serves."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from resources.search.analysis import stems
from resources.search.engine import Document
from resources.search.excerpts import mark
from resources.search.searching import ENOUGH
from tests.bench.board import seconds

FACETS = ("level", "domain", "type", "cost")


def _schema() -> Any:
    import tantivy

    made = tantivy.SchemaBuilder()
    made.add_integer_field("pk", stored=True, fast=True)
    for name in ("title", "words", "text"):
        made.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in FACETS:
        made.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
    return made.build()


@contextmanager
def index(documents: Sequence[Document]) -> Iterator[tuple[float, Callable[[str], None]]]:
    """Index documents, our stems in its fields; yield how long it took, and how to ask it."""
    import tantivy

    folder = tempfile.mkdtemp(prefix="escale-tantivy-")
    schema = _schema()
    made = tantivy.Index(schema, path=folder)

    def build() -> None:
        writer = made.writer(heap_size=128_000_000, num_threads=1)
        for document in documents:
            facts: dict[str, Any] = {
                "pk": document.pk,
                "title": " ".join(stems(document.title)),
                "words": " ".join(stems(" ".join((*document.keywords, *document.labels)))),
                "text": " ".join(stems(document.description)),
            }
            facts |= {name: list(document.facets[name]) for name in FACETS}
            writer.add_document(tantivy.Document(**facts))
        writer.commit()
        writer.wait_merging_threads()
        made.reload()

    took = seconds(build)
    searcher = made.searcher()
    by_pk = {document.pk: document for document in documents}
    query_of, must, should = tantivy.Query, tantivy.Occur.Must, tantivy.Occur.Should

    def word(stem: str) -> Any:
        fields = (("title", 5.0), ("words", 3.0), ("text", 1.0))
        return query_of.boolean_query(
            [
                (should, query_of.boost_query(query_of.term_query(schema, name, stem, "freq"), by))
                for name, by in fields
            ]
        )

    aggregations = {name: {"terms": {"field": name, "size": 60}} for name in FACETS}

    def find(text: str) -> None:
        wanted = stems(text)
        for occur in (must, should):
            query = query_of.boolean_query([(occur, word(stem)) for stem in wanted])
            found = searcher.search(query, limit=20)
            if found.count >= ENOUGH:
                break
        searcher.aggregate(query, aggregations)
        for _score, address in found.hits:
            document = by_pk[searcher.doc(address)["pk"][0]]
            mark(document.title, wanted)
            mark(document.description, wanted, length=200)

    try:
        yield took, find
    finally:
        shutil.rmtree(folder, ignore_errors=True)
