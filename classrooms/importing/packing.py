"""What a run keeps between two visits, as packed JSON."""

from __future__ import annotations

import json
import zlib
from typing import Any

from core.spreadsheets import Grid


def pack(value: Any) -> bytes:
    """Return a value as it is kept."""
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 1)


def unpack(data: bytes | memoryview) -> Any:
    """Return a value that was kept; None when there is none."""
    kept = bytes(data)
    return json.loads(zlib.decompress(kept)) if kept else None


def pack_grid(grid: Grid) -> bytes:
    """Return the cells of a file as they are kept."""
    notes = [[line, column, *note] for (line, column), note in grid.notes.items()]
    return pack([grid.rows, notes])


def unpack_grid(data: bytes | memoryview) -> Grid:
    """Return the cells that were kept."""
    rows, notes = unpack(data) or ([], [])
    return Grid(
        [(line, cells) for line, cells in rows],
        {(line, column): (code, text) for line, column, code, text in notes},
    )
