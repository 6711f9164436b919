"""What a table may measure, and what is read of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_PARTS = 500
MAX_CELL = 5_000
#: All the text of a table, in characters.
MAX_TEXT = 60_000_000


class Refused(Exception):
    """A file that is not read; ``code`` says why, ``where`` is a cell, a line or nothing."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


@dataclass(frozen=True)
class Limits:
    """What a table may measure; ``unpacked`` in bytes and ``ratio`` to the packed size."""

    rows: int = 20_000
    columns: int = 64
    blank_rows: int = 200
    unpacked: int = 200_000_000
    ratio: int = 200


@dataclass
class Found:
    """What is read so far."""

    limits: Limits
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    notes: list[tuple[int, int, str, str]] = field(default_factory=list)
    last: int = 0
    text: int = 0

    def add(self, line: int, cells: list[str]) -> None:
        """Keep a row unless blank; what stands far below the table is refused, not skipped."""
        size = sum(map(len, cells))
        if not size:
            return
        if line - self.last > self.limits.blank_rows:
            raise Refused("file_far", str(line))
        if len(cells) > self.limits.columns:
            raise Refused("file_columns", str(line))
        if len(self.rows) > self.limits.rows + self.limits.blank_rows:
            raise Refused("file_rows")
        self.text += size
        if self.text > MAX_TEXT:
            raise Refused("file_heavy")
        self.last = max(self.last, line)
        self.rows.append((line, cells))
