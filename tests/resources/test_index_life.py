"""Whatever happens to the index on disk, an answer comes, and it repairs itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.accounts.roles import Role
from core.journal import Actor
from resources.catalogue import actions, finding, indexing, synonyms
from resources.catalogue.access import window_of
from resources.search.engine import Ask, Document
from resources.search.service import NoIndex, WhooshEngine
from resources.search.store import CURRENT, MANIFEST, Store
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory


def documents(count: int, word: str = "fractions") -> list[Document]:
    return [Document(n, f"{word} {n}", "", (), (), {}) for n in range(1, count + 1)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "search"


def fresh(root: Path) -> WhooshEngine:
    engine = WhooshEngine(root)
    engine.LOOK_EVERY = 0.0  # type: ignore[misc]
    return engine


def built(root: Path, count: int = 30, version: int = 1) -> WhooshEngine:
    engine = fresh(root)
    assert engine.rebuild(documents(count), version)
    assert engine.search(Ask("fractions")).total == count
    return engine


def test_without_an_index_there_is_a_plain_refusal(root: Path) -> None:
    engine = fresh(root)
    assert not engine.ready()
    assert engine.is_stale(0)
    with pytest.raises(NoIndex):
        engine.search(Ask("fractions"))


def test_a_new_version_is_seen_by_another_process_of_the_node(root: Path) -> None:
    reader = built(root)
    assert fresh(root).rebuild(documents(31), 2)
    assert reader.search(Ask("fractions")).total == 31
    assert not reader.is_stale(2)
    assert reader.is_stale(3)


def test_only_two_versions_stay(root: Path) -> None:
    engine = built(root)
    for version in range(2, 6):
        engine.rebuild(documents(30), version)
    assert len(Store(root).names()) == 2


@pytest.mark.parametrize("harm", ["bytes", "file", "manifest", "folder", "pointer", "half"])
def test_a_damaged_version_is_refused_and_the_one_in_memory_goes_on(root: Path, harm: str) -> None:
    reader = built(root)
    fresh(root).rebuild(documents(31), 2)
    folder = root / (root / CURRENT).read_text().strip()
    segment = next(path for path in folder.iterdir() if path.suffix == ".seg")
    if harm == "bytes":
        segment.write_bytes(segment.read_bytes()[:-1] + b"X")
    elif harm == "file":
        segment.unlink()
    elif harm == "manifest":
        (folder / MANIFEST).write_text("{")
    elif harm == "folder":
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    elif harm == "pointer":
        (root / CURRENT).write_bytes(b"\xff\x00../../etc")
    else:
        segment.write_bytes(segment.read_bytes()[: len(segment.read_bytes()) // 2])
    assert reader.search(Ask("fractions")).total == 30
    assert fresh(root).search(Ask("fractions")).total in {30, 31}
    repairer = fresh(root)
    repairer.snapshot()
    assert not repairer.verify() or harm == "pointer"
    assert repairer.is_stale(2)
    assert repairer.rebuild(documents(31), 2)
    assert reader.search(Ask("fractions")).total == 31
    assert not fresh(root).is_stale(2)


def test_a_deleted_index_keeps_answering_from_memory(root: Path) -> None:
    reader = built(root)
    for path in sorted(root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert reader.search(Ask("fractions")).total == 30
    assert reader.is_stale(1)
    assert reader.rebuild(documents(30), 1)
    assert not reader.is_stale(1)


def _build_slowly(root: str) -> None:
    def slow() -> list[Document]:
        for number, document in enumerate(documents(30)):
            if number == 5:
                (Path(root) / "begun").touch()
                time.sleep(60)
            yield document

    WhooshEngine(Path(root)).rebuild(slow(), 9)


def test_a_killed_builder_leaves_no_trace_and_no_lock(root: Path) -> None:
    reader = built(root)
    process = multiprocessing.get_context("fork").Process(target=_build_slowly, args=(str(root),))
    process.start()
    for _ in range(200):
        if (root / "begun").exists():
            break
        time.sleep(0.05)
    assert not reader.rebuild(documents(31), 2), "another builder holds the lock"
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert reader.search(Ask("fractions")).total == 30
    assert reader.rebuild(documents(31), 2)
    assert not list(root.glob("build-*"))
    assert reader.search(Ask("fractions")).total == 31


def _build_and_die_before_pointing(root: str) -> None:
    from resources.search import store

    def die(_path: Path, _text: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    store._write_durably = die
    WhooshEngine(Path(root)).rebuild(documents(31), 2)


def test_a_writer_killed_with_its_version_in_place_but_not_pointed_to_does_no_harm(
    root: Path,
) -> None:
    reader = built(root)
    process = multiprocessing.get_context("fork").Process(
        target=_build_and_die_before_pointing, args=(str(root),)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(Store(root).names()) == 2
    assert reader.search(Ask("fractions")).total == 30
    assert fresh(root).search(Ask("fractions")).total == 30, "nobody was told of the other"
    assert reader.is_stale(2)
    assert reader.rebuild(documents(31), 2)
    assert reader.search(Ask("fractions")).total == 31
    assert len(Store(root).names()) == 2


def test_each_node_holds_its_own_copy(tmp_path: Path) -> None:
    one, other = built(tmp_path / "node-1"), built(tmp_path / "node-2")
    assert one.rebuild(documents(31), 2)
    assert (one.is_stale(2), other.is_stale(2)) == (False, True)
    assert other.search(Ask("fractions")).total == 30, "a node late by a version answers"
    for path in sorted((tmp_path / "node-1").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert other.rebuild(documents(31), 2)
    assert fresh(tmp_path / "node-2").search(Ask("fractions")).total == 31
    with pytest.raises(NoIndex):
        fresh(tmp_path / "node-1").search(Ask("fractions"))


@pytest.mark.django_db(transaction=True)
def test_what_an_editor_changes_is_found_within_five_seconds_without_any_worker(
    settings: Any, tmp_path: Path
) -> None:
    """The web process alone: its watch sees the version, rebuilds in a thread, reopens."""
    settings.SEARCH_INDEX_ROOT = tmp_path / "search"
    settings.TESTING = False
    editor = UserFactory(roles=[Role.CATALOGUE_EDITOR])
    resource = ResourceFactory(title="Ancien titre")
    assert indexing.rebuild(force=True)
    window = window_of(editor)
    assert finding.find(Ask("ancien"), window).answer.exact == 1
    # The worst case: both looks have just been had.
    indexing.watch.looked_at = indexing.engine()._looked_at = time.monotonic()
    begun = time.monotonic()
    actions.move_resource(by=Actor(user=editor), resource=resource, to="withdrawn", reason="Vu")
    actions.move_resource(by=Actor(user=editor), resource=resource, to="validated")
    synonyms.save(by=Actor(user=editor), group=None, words=["ancien", "zzykos"])
    while time.monotonic() - begun < 5:
        if finding.find(Ask("zzykos", literal=True), window).answer.exact:
            break
        time.sleep(0.05)
    else:
        pytest.fail("not found within five seconds")
    for thread in threading.enumerate():
        if thread.name == "search-refresh":
            thread.join()


def test_two_builders_at_once_make_one_version(root: Path) -> None:
    built(root)
    before = len(Store(root).names())
    gate = threading.Barrier(4)
    done: list[bool] = []

    def build() -> None:
        gate.wait()
        done.append(fresh(root).rebuild(documents(30), 2))

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Who was refused met a builder at work; at least one of four built, and whole versions only.
    assert len(done) == 4
    built_by = done.count(True)
    assert built_by >= 1
    current = Store(root).current()
    assert current is not None
    assert int(current[2:8]) == 1 + built_by
    assert Store(root).manifest(current).version == 2
    assert before <= len(Store(root).names()) <= 2
    assert fresh(root).search(Ask("fractions")).total == 30


def test_a_version_that_lost_most_of_the_catalogue_is_not_published(root: Path) -> None:
    engine = built(root, count=40)
    assert not engine.rebuild(documents(5), 2)
    assert engine.search(Ask("fractions")).total == 40
    assert engine.rebuild(documents(5), 2, force=True)
    assert engine.search(Ask("fractions")).total == 5


def test_eight_readers_share_one_snapshot_while_versions_change(root: Path) -> None:
    reader = built(root)
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                total = reader.search(Ask("fractions")).total
            except Exception as error:  # noqa: BLE001 — the test reports it
                wrong.append(error)
                return
            if total not in {30, 31}:
                wrong.append(total)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for version in range(2, 8):
        fresh(root).rebuild(documents(30 + version % 2), version)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
