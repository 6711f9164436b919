"""The engine that the catalogue talks to: a Whoosh index behind the seam, kept fresh.

Each process loads the version pointed to, looks at the pointer at most once a second, and
lets one thread load a new version while the others go on with the old. A damaged version
is refused: the one in memory, or the one before on disk, answers until it is rebuilt.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from resources.search import explaining, plan, searching, suggesting, whoosh_index
from resources.search.engine import Answer, Ask, Document, Explanation, Suggestion
from resources.search.query import parse
from resources.search.snapshot import Snapshot
from resources.search.store import DamagedIndex, ShrunkIndex, Store

logger = logging.getLogger(__name__)


Meanings = Mapping[tuple[str, ...], tuple[str, str, str]]


class NoIndex(Exception):
    """No version can be read on this node: answer from the database."""


class WhooshEngine:
    """One node's index."""

    #: Seconds between two looks at the pointer.
    LOOK_EVERY = 1.0
    #: Seconds for which the version before stays in memory, for who is turning its pages.
    PREVIOUS_FOR = 600.0

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self._snapshot: Snapshot | None = None
        self._previous: Snapshot | None = None
        self._replaced_at = float("-inf")
        self._refused: set[str] = set()
        self._looked_at = float("-inf")
        self._loading = threading.Lock()

    def snapshot(self) -> Snapshot | None:
        """Return the freshest version that can be read, or None."""
        if time.monotonic() - self._looked_at < self.LOOK_EVERY:
            return self._snapshot
        # With nothing to answer from, wait for whoever is loading; otherwise go on.
        if self._loading.acquire(blocking=self._snapshot is None):
            try:
                if time.monotonic() - self._looked_at >= self.LOOK_EVERY:
                    self._look()
                    self._looked_at = time.monotonic()
            finally:
                self._loading.release()
        return self._snapshot

    def _look(self) -> None:
        current = self.store.current()
        loaded = self._snapshot.name if self._snapshot else None
        if time.monotonic() - self._replaced_at > self.PREVIOUS_FOR:
            self._previous = None
        if current is not None and current == loaded:
            return
        candidates = [current] if current and current not in self._refused else []
        if self._snapshot is None:
            candidates += [name for name in self.store.names() if name != current]
        for name in candidates:
            try:
                newer = self._load(name)
            except (DamagedIndex, OSError) as damaged:
                self._refused.add(name)
                logger.warning("search index %s refused: %s", name, damaged)
            else:
                self._previous, self._snapshot = self._snapshot, newer
                self._replaced_at = time.monotonic()
                return

    def _load(self, name: str) -> Snapshot:
        manifest = self.store.verified(name, whoosh_index.schema_hash())
        try:
            return whoosh_index.read(self.store.root / name, name=name, version=manifest.version)
        except OSError:
            raise
        except Exception as broken:  # whatever Whoosh raises on files it cannot read
            raise DamagedIndex(name) from broken

    def ready(self) -> bool:
        """Tell whether an index can be read."""
        return self.snapshot() is not None

    def is_stale(self, version: int) -> bool:
        """Tell whether a rebuild is due: none, damaged, or of another catalogue version."""
        current = self.store.current()
        if current is None or current in self._refused:
            return True
        try:
            manifest = self.store.manifest(current)
        except DamagedIndex:
            return True
        folder = self.store.root / current
        whole = all((folder / file).is_file() for file in manifest.files)
        return not whole or (manifest.version, manifest.schema) != (
            version,
            whoosh_index.schema_hash(),
        )

    def verify(self) -> bool:
        """Read every file of the current version again; False when it must be rebuilt."""
        current = self.store.current()
        try:
            if current is None:
                return False
            self.store.verified(current, whoosh_index.schema_hash())
        except DamagedIndex:
            self._refused.add(str(current))
            return False
        return True

    def rebuild(
        self,
        documents: Iterable[Document],
        version: int,
        *,
        readings: Meanings | None = None,
        doubtful: Meanings | None = None,
        synonyms: Sequence[Sequence[str]] = (),
        force: bool = False,
    ) -> bool:
        """Build and publish a version; False when another builder is at work or it shrank."""
        with self.store.lock() as mine:
            if not mine:
                return False
            try:
                name = self.store.publish(
                    lambda folder: whoosh_index.write(
                        folder, documents, readings or {}, synonyms, doubtful or {}
                    ),
                    version=version,
                    schema=whoosh_index.schema_hash(),
                    force=force,
                )
            except ShrunkIndex as shrunk:
                logger.error("search index not replaced: it would shrink (%s)", shrunk)  # noqa: TRY400
                return False
        self._looked_at = float("-inf")
        self._refused.discard(name)
        return True

    def search(self, ask: Ask) -> Answer:
        """Answer one question; raises NoIndex when none can be read."""
        return searching.search(self._edition(ask.edition), ask)

    def explain(self, ask: Ask, pk: int) -> Explanation | None:
        """Say why a document answers a question; raises NoIndex."""
        return explaining.explain(self._edition(ask.edition), ask, pk)

    def better(self, ask: Ask) -> str:
        """Return a query that finds much more, where a word looks like a slip; raises NoIndex."""
        snapshot = self._readable()
        parsed = parse(ask.text)
        allowed = snapshot.allowed(ask.scope, ask.day)
        return plan.better_text(snapshot, allowed, parsed.text, parsed.words)

    def _edition(self, name: str) -> Snapshot:
        """Return the version that somebody is turning the pages of, else the freshest."""
        snapshot, previous = self._readable(), self._previous
        return previous if previous is not None and previous.name == name else snapshot

    def suggest(
        self, prefix: str, scope: Mapping[str, frozenset[str]], day: dt.date | None, limit: int = 8
    ) -> list[Suggestion]:
        """Return titles for what is being typed; raises NoIndex."""
        return suggesting.suggest(self._readable(), prefix, scope, day, limit)

    def related(
        self, pk: int, scope: Mapping[str, frozenset[str]], day: dt.date | None, limit: int
    ) -> list[int]:
        """Return the documents most alike to one, within what the reader may see."""
        snapshot = self._readable()
        number = snapshot.numbers.get(pk)
        if number is None:
            return []
        found = snapshot.alike([number], snapshot.allowed(scope, day), limit)
        return [snapshot.rows[other].pk for other in found]

    def _readable(self) -> Snapshot:
        snapshot = self.snapshot()
        if snapshot is None:
            raise NoIndex
        return snapshot
