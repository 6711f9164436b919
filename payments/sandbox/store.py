"""Where the stand-in remembers: one SQLite file, or memory."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

_TABLES = """
create table if not exists objects (
  id text primary key, kind text not null, created real not null, body text not null);
create index if not exists objects_kind on objects (kind, created);
create table if not exists answers (
  key text primary key, fingerprint text not null, status integer not null, body text not null);
create table if not exists deliveries (
  id integer primary key, event text not null, due real not null, tries integer not null,
  state text not null, last_status integer, forged integer not null default 0);
"""


class Store:
    """Objects by id, answers by idempotency key, deliveries to make. One lock for all."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=off")
        self._db.execute("pragma busy_timeout=5000")
        self._db.executescript(_TABLES)
        self._skew = 0.0

    def now(self) -> float:
        """Return the stand-in's own time, which tests may push forward."""
        return time.time() + self._skew

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._skew += seconds

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def reset_clock(self) -> None:
        """Return to the time of this machine."""
        self._skew = 0.0

    @staticmethod
    def new_id(prefix: str) -> str:
        """Return a fresh id in the provider's style."""
        return f"{prefix}_{secrets.token_hex(12)}"

    def put(self, obj: dict[str, Any]) -> dict[str, Any]:
        """Insert or replace an object; returns it."""
        with self.lock:
            self._db.execute(
                "insert into objects values (?, ?, ?, ?) "
                "on conflict (id) do update set body = excluded.body",
                (obj["id"], obj["object"], self.now(), json.dumps(obj)),
            )
        return obj

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return an object, or None."""
        with self.lock:
            row = self._db.execute(
                "select body from objects where id = ? and kind = ?", (key, kind)
            ).fetchone()
        found: dict[str, Any] | None = json.loads(row[0]) if row else None
        return found

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return every object of a kind, newest first."""
        with self.lock:
            rows = self._db.execute(
                "select body from objects where kind = ? order by created desc, rowid desc",
                (kind,),
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def unfinished_sessions(self) -> list[dict[str, Any]]:
        """Return sessions on which time still works: open, or a debit on its way."""
        with self.lock:
            rows = self._db.execute(
                "select body from objects where kind = 'checkout.session' and ("
                "json_extract(body, '$.status') = 'open' "
                "or json_extract(body, '$._debit') is not null)"
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def answer(self, key: str) -> tuple[str, int, str] | None:
        """Return (fingerprint, status, body) remembered for an idempotency key."""
        with self.lock:
            row = self._db.execute(
                "select fingerprint, status, body from answers where key = ?", (key,)
            ).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def remember(self, key: str, fingerprint: str, status: int, body: str) -> None:
        """Keep an answer for the next call with the same key."""
        with self.lock:
            self._db.execute(
                "insert or ignore into answers values (?, ?, ?, ?)",
                (key, fingerprint, status, body),
            )

    def schedule(self, event: str, due: float, *, forged: bool = False) -> None:
        """Plan the delivery of an event; a forged one carries a wrong signature."""
        with self.lock:
            self._db.execute(
                "insert into deliveries (event, due, tries, state, forged) "
                "values (?, ?, 0, 'waiting', ?)",
                (event, due, int(forged)),
            )

    def due(self, now: float) -> list[tuple[int, str, int, bool]]:
        """Return (id, event, tries, forged) of deliveries whose time has come."""
        with self.lock:
            rows = self._db.execute(
                "select id, event, tries, forged from deliveries "
                "where state = 'waiting' and due <= ? order by due, id",
                (now,),
            ).fetchall()
        return [(r[0], r[1], r[2], bool(r[3])) for r in rows]

    def delivered(self, key: int, status: int, *, state: str, due: float) -> None:
        """Write how a delivery went, and when to try again."""
        with self.lock:
            self._db.execute(
                "update deliveries set tries = tries + 1, last_status = ?, state = ?, due = ? "
                "where id = ?",
                (status, state, due, key),
            )

    def deliveries(self) -> list[dict[str, Any]]:
        """Return every delivery, newest first."""
        with self.lock:
            rows = self._db.execute(
                "select id, event, tries, state, last_status from deliveries order by id desc"
            ).fetchall()
        names = ("id", "event", "tries", "state", "last_status")
        return [dict(zip(names, row, strict=True)) for row in rows]
