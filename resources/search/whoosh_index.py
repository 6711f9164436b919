"""Writing and reading an index with Whoosh: the only module that imports it.

One catch-all field without positions; the weight of each word is set beforehand. Postings
and their BM25F scores are read once, when an index is opened: searching is then thread-safe
and fast. No query parser is used: what people type is never field or wildcard syntax.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from resources.search.analysis import compounds, stem, stems, words
from resources.search.engine import FACETS, HIDDEN, Document
from resources.search.query import Readings, Synonyms
from resources.search.snapshot import ACCENTED, EXACT, Posting, Row, Snapshot

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # 2.7.4 holds escapes that newer Pythons warn about
    from whoosh import fields, index, scoring
    from whoosh.analysis import DelimitedAttributeFilter, RegexTokenizer
    from whoosh.filedb.filestore import FileStorage

#: What a word weighs by where it stands.
WEIGHTS = {"title": 5.0, "keywords": 3.0, "labels": 1.0, "description": 1.0}
#: Share of that for a part of a hyphenated word.
COMPOUND = 0.5
TEXT = "text"
FRONT = "front.json"
#: Raised whenever an index written before could not be read as it is now meant.
FORMAT = 6


def _schema() -> Any:
    analyzer = RegexTokenizer(r"[^ ]+") | DelimitedAttributeFilter(
        delimiter="^", attribute="boost", default=1.0, type=float
    )
    return fields.Schema(
        text=fields.TEXT(analyzer=analyzer, phrase=False, stored=False),
        row=fields.STORED(),
    )


def schema_hash() -> str:
    """Return what tells indexes of another make apart: format, weights, marks, facets."""
    facts = [FORMAT, WEIGHTS, COMPOUND, EXACT, ACCENTED, FACETS, HIDDEN]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


def _weighted(document: Document) -> tuple[dict[str, float], str]:
    """Return the weight of each token of a document, and its stems in order."""
    weights: dict[str, float] = defaultdict(float)
    sequence: list[str] = []
    parts = {
        "title": [document.title],
        "keywords": document.keywords,
        "labels": document.labels,
        "description": [document.description],
    }
    for part, texts in parts.items():
        weight = WEIGHTS[part]
        for text in texts:
            for word in words(text):
                if word.is_stop:
                    continue
                own = weight * (COMPOUND if word.compound else 1.0)
                sequence.append(word.stem)
                weights[word.stem] += own
                weights[EXACT + word.folded] += own
                if word.written != word.folded:
                    weights[ACCENTED + word.written] += own
            for joined in compounds(text):
                weights[stem(joined)] += weight * COMPOUND
                weights[EXACT + joined] += weight * COMPOUND
            sequence.append("|")
    return weights, f" {' '.join(sequence)} "


def write(
    folder: Path,
    documents: Iterable[Document],
    readings: Mapping[tuple[str, ...], tuple[str, str, str]],
    synonyms: Sequence[Sequence[str]],
    doubtful: Mapping[tuple[str, ...], tuple[str, str, str]],
) -> int:
    """Write an index of ``documents`` into an empty folder; return how many it holds."""
    made = FileStorage(str(folder)).create().create_index(_schema())
    writer = made.writer(limitmb=64)
    count = 0
    for document in documents:
        weights, sequence = _weighted(document)
        row = asdict(document)
        for name in ("description", "keywords", "labels"):
            del row[name]
        row["sequence"] = sequence
        row["core"] = sorted(
            {s for text in (document.title, *document.keywords) for s in stems(text)}
        )
        tokens = " ".join(f"{token}^{weight:g}" for token, weight in sorted(weights.items()))
        writer.add_document(text=tokens, row=json.dumps(row, ensure_ascii=False))
        count += 1
    writer.commit(optimize=True)
    made.close()
    front = {
        "readings": [[list(run), list(meaning)] for run, meaning in sorted(readings.items())],
        "doubtful": [[list(run), list(meaning)] for run, meaning in sorted(doubtful.items())],
        "synonyms": [list(group) for group in synonyms],
    }
    (folder / FRONT).write_text(json.dumps(front, ensure_ascii=False), encoding="utf-8")
    return count


def read(folder: Path, *, name: str, version: int) -> Snapshot:
    """Load an index whose files were verified; raises whatever Whoosh does on a bad one."""
    opened = index.open_dir(str(folder), readonly=True)
    try:
        with opened.searcher(weighting=scoring.BM25F()) as searcher:
            reader = searcher.reader()
            rows = [_row(stored["row"]) for _, stored in reader.iter_docs()]
            postings = {
                token.decode("utf-8"): _posting(searcher, token)
                for token in list(reader.lexicon(TEXT))
            }
    finally:
        opened.close()
    front = json.loads((folder / FRONT).read_text(encoding="utf-8"))
    return Snapshot(
        name=name,
        version=version,
        rows=rows,
        postings=postings,
        readings=_readings(front["readings"]),
        doubtful=_readings([*front["doubtful"], *front["readings"]]),
        synonyms=Synonyms(front["synonyms"]),
    )


def _readings(written: Iterable[Any]) -> Readings:
    return Readings({tuple(run): tuple(meaning) for run, meaning in written})


def _row(stored: str) -> Row:
    facts = json.loads(stored)
    facts["core"] = tuple(facts["core"])
    facts["facets"] = {name: tuple(values) for name, values in facts["facets"].items()}
    return Row(**facts)


def _posting(searcher: Any, token: bytes) -> Posting:
    scorer = scoring.BM25F().scorer(searcher, TEXT, token)
    matcher = searcher.reader().postings(TEXT, token)
    numbers, scores = array("I"), array("f")
    while matcher.is_active():
        numbers.append(matcher.id())
        scores.append(scorer.score(matcher))
        matcher.next()
    return numbers, scores
