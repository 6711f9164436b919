"""A program of its own that opens hostile tables, so that the service never has to.

It reads one order (a line of JSON: the limits) and a file from the standard input, writes one
answer (a line of JSON) to the standard output, and ends. It knows neither Django nor the
database; its memory, processor time and writing are bounded before it opens anything.

An answer is ``error`` (a code) with ``where``, or ``rows``: [line, cells] of each row that is
not blank, all cells text; ``notes``: [line, column, code, text] of cells whose text is not
to be trusted. Codes: ``formula`` (never computed), ``fault`` (#N/A…), ``digits`` (the
spreadsheet lost some), ``merged`` (hidden by the range in ``text``).
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import resource
import sys
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

from .found import MAX_CELL, Found, Limits, Refused
from .workbooks import read_xlsx

#: Bounds of this process: bytes of address space, seconds of processor.
MEMORY = 1_000_000_000
SECONDS = 20

#: What makes a spreadsheet take a CSV cell for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that our own exports put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def _delimiter(text: str) -> str:
    """Return what cuts the cells: the sign that gives most of the first rows one width."""
    sample = text[:20_000]

    def regular(sign: str) -> tuple[int, int]:
        widths = Counter(
            len(row)
            for row in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=sign), 30)
            if len(row) > 1
        )
        width, times = widths.most_common(1)[0] if widths else (0, 0)
        return times, width

    return max(";,\t", key=regular)


def read_csv(data: bytes, found: Found) -> None:
    """Read UTF-8 or Windows-1252, cut by ``;``, ``,`` or tabs."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        # Five byte values mean nothing in Windows-1252; show them rather than fail.
        text = data.decode("cp1252", "replace")
    if "\x00" in text:
        raise Refused("file_type")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        for line, row in enumerate(rows, start=1):
            cells = [_unguarded(cell.strip())[:MAX_CELL] for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            found.add(line, cells)
    except csv.Error as error:
        raise Refused("file_damaged") from error


def _reader(data: bytes) -> Callable[[bytes, Found], None]:
    """Return what reads a file, by its first bytes."""
    if data.startswith(b"PK\x03\x04"):
        return read_xlsx
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise Refused("file_password" if locked else "file_old_excel")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!")):
        raise Refused("file_type")
    return read_csv


def work(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the answer for a file."""
    found = Found(limits)
    try:
        _reader(data)(data, found)
    except Refused as refused:
        return {"error": refused.code, "where": refused.where}
    return {"rows": found.rows, "notes": found.notes}


def _bound() -> None:
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))


def main() -> None:
    """Answer one order."""
    _bound()
    try:
        limits = Limits(**json.loads(sys.stdin.buffer.readline()))
        answer = json.dumps(work(sys.stdin.buffer.read(), limits), ensure_ascii=False)
    except (MemoryError, RecursionError):
        answer = '{"error": "file_heavy"}'
    except Exception:  # noqa: BLE001 - a damaged file breaks libraries in many ways
        answer = '{"error": "file_damaged"}'
    sys.stdout.buffer.write(answer.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
