"""Where versions of an index live: immutable folders, a pointer, a lock, a manifest.

``root/CURRENT`` names one folder ``v-NNNNNN-hash``. A version is built aside under a lock,
counted, listed in a manifest with the SHA-256 of each file, flushed to disk, renamed into
place, and only then pointed to: a reader never meets half a version, whatever is killed
when. Folders hold pickles made by Whoosh: they are code, owned by this service (0750).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
LOCK = "build.lock"
_VERSION = re.compile(r"v-(\d{6})-[0-9a-f]{8}")
#: How many versions stay on disk: the current one and one to fall back on.
KEPT = 2


class DamagedIndex(Exception):
    """A version's files are not those its manifest lists."""


class ShrunkIndex(Exception):
    """A new version would hold less than half of the current one: a fault, most likely."""


@dataclass(frozen=True)
class Manifest:
    """What a version holds."""

    name: str
    version: int
    count: int
    schema: str
    files: dict[str, str]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_durably(path: Path, text: str) -> None:
    """Replace a small file in one step that survives a power cut."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    aside.write_text(text, encoding="utf-8")
    _flush(aside)
    aside.replace(path)
    _flush(path.parent)


class Store:
    """The versions under one folder of this node."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """Return the versions on disk, newest first."""
        if not self.root.is_dir():
            return []
        found = [path.name for path in self.root.iterdir() if _VERSION.fullmatch(path.name)]
        return sorted(found, reverse=True)

    def current(self) -> str | None:
        """Return the version pointed to, or None when there is none to trust."""
        try:
            name = (self.root / CURRENT).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if _VERSION.fullmatch(name) and (self.root / name).is_dir() else None

    def manifest(self, name: str) -> Manifest:
        """Return a version's manifest; raises DamagedIndex."""
        try:
            facts = json.loads((self.root / name / MANIFEST).read_text(encoding="utf-8"))
            return Manifest(name=name, **facts)
        except (OSError, ValueError, TypeError) as broken:
            raise DamagedIndex(name) from broken

    def verified(self, name: str, schema: str) -> Manifest:
        """Return a version's manifest once every file is what it says; raises DamagedIndex."""
        manifest = self.manifest(name)
        folder = self.root / name
        if manifest.schema != schema:
            raise DamagedIndex(f"{name}: made by another version of the software")
        for file, digest in manifest.files.items():
            try:
                if _digest(folder / file) != digest:
                    raise DamagedIndex(f"{name}/{file}")
            except OSError as missing:
                raise DamagedIndex(f"{name}/{file}") from missing
        return manifest

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Hold the build lock; yields False when another process or thread holds it.

        The system frees it when its holder dies, however it dies.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o750)
        with (self.root / LOCK).open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def publish(
        self, build: Callable[[Path], int], *, version: int, schema: str, force: bool = False
    ) -> str:
        """Build a version and point to it; the caller holds the lock. Returns its name.

        Raises ShrunkIndex, unless ``force``, when it holds less than half of the present one.
        """
        for leftover in self.root.glob("build-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix="build-", dir=self.root))
        try:
            count = build(aside)
            self._guard(count, force=force)
            files = {path.name: _digest(path) for path in sorted(aside.iterdir())}
            facts = {"version": version, "count": count, "schema": schema, "files": files}
            (aside / MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")
            for path in aside.iterdir():
                _flush(path)
            _flush(aside)
            aside.chmod(0o750)
            name = self._next_name(files)
            aside.rename(self.root / name)
            _flush(self.root)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        previous = self.current()
        _write_durably(self.root / CURRENT, name)
        self._prune({name, previous})
        return name

    def _guard(self, count: int, *, force: bool) -> None:
        current = self.current()
        if current is None or force:
            return
        try:
            before = self.manifest(current).count
        except DamagedIndex:
            return
        if before >= 20 and count * 2 < before:
            raise ShrunkIndex(f"{count} < {before} / 2")

    def _next_name(self, files: dict[str, str]) -> str:
        names = self.names()
        number = int(names[0][2:8]) + 1 if names else 1
        stamp = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:8]
        return f"v-{number:06d}-{stamp}"

    def _prune(self, kept: set[str | None]) -> None:
        spare = [name for name in self.names() if name not in kept]
        for name in spare[max(0, KEPT - len(kept - {None})) :]:
            shutil.rmtree(self.root / name, ignore_errors=True)
