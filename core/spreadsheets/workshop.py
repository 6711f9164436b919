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

import csv
import io
import json
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

#: Bounds of this process: bytes of address space, seconds of processor.
MEMORY = 1_000_000_000
SECONDS = 20
MAX_PARTS = 500
MAX_CELL = 5_000
#: All the text of a table, in characters.
MAX_TEXT = 60_000_000
#: Digits that a spreadsheet keeps of a number.
SAFE_DIGITS = 15


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


# -- CSV --------------------------------------------------------------------------------------

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


# -- XLSX -------------------------------------------------------------------------------------


def _weigh(archive: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    """Refuse an archive that would swell, hides a program, or is of another kind."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MAX_PARTS:
        raise Refused("file_bomb")
    size = sum(part.file_size for part in parts)
    if size > limits.unpacked or size > packed * limits.ratio:
        raise Refused("file_bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("file_password")
    if any(name.endswith(("vbaProject.bin", "xlmmacrosheet")) for name in names) or any(
        name.startswith("xl/macrosheets/") for name in names
    ):
        raise Refused("file_macros")
    if "mimetype" in names and "content.xml" in names:
        raise Refused("file_ods")
    if "xl/workbook.bin" in names:
        raise Refused("file_xlsb")
    if "xl/workbook.xml" not in names:
        raise Refused("file_type")
    kinds = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if b"macroEnabled" in kinds:
        raise Refused("file_macros")


def _parse(archive: zipfile.ZipFile, name: str, start: Any, end: Any, chars: Any) -> None:
    """Walk through a part; declarations of entities and types are refused, never expanded."""
    from xml.parsers import expat

    def refuse(*_parts: Any) -> None:
        raise Refused("file_entities")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = chars
    try:
        with archive.open(name) as part:
            while chunk := part.read(1 << 18):
                parser.Parse(chunk, False)  # noqa: FBT003
            parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise Refused("file_damaged") from error


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, bool]:
    """Return the part of the first sheet that is not hidden, and whether days count from 1904."""
    sheets: list[str] = []
    from_1904 = False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal from_1904
        local = _local(name)
        if local == "sheet":
            if given.get("state", "visible") == "visible":
                sheets.append(next((v for k, v in given.items() if _local(k) == "id"), ""))
        elif local == "workbookPr":
            from_1904 = given.get("date1904", "0") in ("1", "true")

    _parse(archive, "xl/workbook.xml", start, None, None)
    targets: dict[str, str] = {}

    def relation(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and given.get("TargetMode") != "External":
            targets[given.get("Id", "")] = given.get("Target", "")

    _parse(archive, "xl/_rels/workbook.xml.rels", relation, None, None)
    if not sheets or sheets[0] not in targets:
        raise Refused("file_damaged")
    target = targets[sheets[0]]
    return (target[1:] if target.startswith("/") else f"xl/{target}"), from_1904


class _Shared:
    """Gathers the texts that cells share; phonetic readings are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.inside = self.phonetic = False
        self.size = 0

    def start(self, name: str, _given: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            self.parts.clear()
        elif local == "rPh":
            self.phonetic = True
        elif local == "t":
            self.inside = not self.phonetic

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "t":
            self.inside = False
        elif local == "rPh":
            self.phonetic = False
        elif local == "si":
            text = "".join(self.parts).strip()[:MAX_CELL]
            self.size += len(text)
            if self.size > MAX_TEXT:
                raise Refused("file_heavy")
            self.texts.append(text)

    def chars(self, text: str) -> None:
        if self.inside:
            self.parts.append(text)


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    shared = _Shared()
    _parse(archive, "xl/sharedStrings.xml", shared.start, shared.end, shared.chars)
    return shared.texts


_BUILT_IN_DAYS = frozenset((14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)))
_BUILT_IN_HOURS = frozenset((18, 19, 20, 21, 45, 46, 47))
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def _formats(archive: zipfile.ZipFile) -> list[str]:
    """Return what each style shows: ``d`` a day, ``h`` an hour, ``0…0`` a fixed width, or ""."""
    if "xl/styles.xml" not in archive.namelist():
        return []
    own: dict[int, str] = {}
    found: list[str] = []
    inside = False

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal inside
        local = _local(name)
        if local == "numFmt":
            own[int(given["numFmtId"])] = given.get("formatCode", "")
        elif local == "cellXfs":
            inside = True
        elif local == "xf" and inside:
            found.append(_shows(int(given.get("numFmtId", "0")), own))

    def end(name: str) -> None:
        nonlocal inside
        if _local(name) == "cellXfs":
            inside = False

    _parse(archive, "xl/styles.xml", start, end, None)
    return found


def _shows(number: int, own: dict[int, str]) -> str:
    if number in own:
        code = _LITERAL.sub("", own[number].split(";")[0]).strip()
        if re.search("[dDyY]", code) and not re.search("(?i)general|standard", code):
            return "d"
        if re.search("[hHsS]", code) and not re.search("(?i)general|standard", code):
            return "h"
        return code if re.fullmatch("0{2,20}", code) else ""
    return "d" if number in _BUILT_IN_DAYS else "h" if number in _BUILT_IN_HOURS else ""


def _moment(value: float, kind: str, *, from_1904: bool) -> str:
    """Return a day or an instant from a spreadsheet's count of days."""
    import datetime as dt

    if kind == "h" and 0 <= value < 1:
        seconds = round(value * 86_400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    # Excel believes that 29 February 1900 was: days before it are counted from one later.
    origin = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001
    if not from_1904 and value < 60:
        origin += dt.timedelta(days=1)
    moment = origin + dt.timedelta(seconds=round(value * 86_400))
    if moment.time() == dt.time(0):
        return moment.date().isoformat()
    return moment.isoformat(" ", "seconds")


def _column(ref: str) -> int:
    column = 0
    for char in ref:
        if not "A" <= char <= "Z":
            break
        column = column * 26 + ord(char) - 64
    return column


def _number(raw: str) -> tuple[str, bool]:
    """Return a number as text, and whether the spreadsheet may have lost digits of it."""
    if raw.isdecimal() and raw.isascii():
        # Excel writes zeros for the digits it gave up; another program may have kept all.
        return raw, len(raw) > SAFE_DIGITS and not raw[SAFE_DIGITS:].strip("0")
    value = float(raw)
    if value.is_integer() and abs(value) < 1e21:
        text = str(int(Decimal(raw)))
        return text, len(text.lstrip("-")) > SAFE_DIGITS
    return repr(value), False


class _Sheet:
    """Reads a sheet's rows as they come by."""

    def __init__(self, found: Found, shared: list[str], formats: list[str], *, days: bool) -> None:
        self.found, self.shared, self.formats, self.from_1904 = found, shared, formats, days
        self.line = self.column = 0
        self.cells: list[str] = []
        self.kind = self.style = ""
        self.text: list[str] = []
        self.reading = self.formula = False
        self.merged: list[str] = []

    def start(self, name: str, given: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "c":
            ref = given.get("r")
            self.column = _column(ref) if ref else self.column + 1
            self.kind, self.style = given.get("t", "n"), given.get("s", "")
            self.text.clear()
            self.formula = False
        elif local in ("v", "t"):
            self.reading = True
        elif local == "f":
            self.formula = True
        elif local == "row":
            self.line = int(given["r"]) if "r" in given else self.line + 1
            self.column = 0
            self.cells = []
        elif local == "mergeCell":
            self.merged.append(given.get("ref", ""))
            if len(self.merged) > 50_000:
                raise Refused("file_heavy")
        elif local == "rPh":
            self.kind = "phonetic"

    def chars(self, text: str) -> None:
        if self.reading:
            self.text.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local in ("v", "t"):
            self.reading = False
        elif local == "c":
            if self.text or self.formula:
                self._cell()
        elif local == "row":
            self.found.add(self.line, self.cells)

    def _cell(self) -> None:
        text, note = self._read("".join(self.text))
        if not text and not note:
            return
        if self.column > self.found.limits.columns:
            far = self.line - self.found.last > self.found.limits.blank_rows
            raise Refused("file_far" if far else "file_columns", str(self.line))
        if note:
            if len(self.found.notes) > 100_000:
                raise Refused("file_heavy")
            self.found.notes.append((self.line, self.column - 1, note, text))
        cells = self.cells
        while len(cells) < self.column:
            cells.append("")
        cells[self.column - 1] = text[:MAX_CELL]

    def _read(self, raw: str) -> tuple[str, str]:
        if self.kind == "s":
            return self.shared[int(raw)], ""
        if self.kind == "e":
            return raw.strip(), "fault"
        if not raw:
            return "", "formula" if self.formula else ""
        if self.kind in ("inlineStr", "str"):
            return raw.strip(), ""
        if self.kind == "b":
            return ("oui" if raw.strip() == "1" else "non"), ""
        if self.kind == "d":
            return raw.strip().removesuffix("T00:00:00").replace("T", " "), ""
        if self.kind == "phonetic":
            return "", ""
        shows = self.formats[int(self.style)] if self.style and self.formats else ""
        raw = raw.strip()
        if shows in ("d", "h"):
            return _moment(float(raw), shows, from_1904=self.from_1904), ""
        text, lost = _number(raw)
        if shows and text.isdigit():
            text = text.zfill(len(shows))
        return text, "digits" if lost else ""


def _hide(found: Found, merged: list[str]) -> None:
    """Note the cells that a merged range hides, within what was read."""
    lines = {line for line, _cells in found.rows}
    total = 0
    for ref in merged:
        match = re.fullmatch(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", ref)
        if match is None:
            continue
        left, right = _column(match[1]), min(_column(match[3]), found.limits.columns)
        top, bottom = int(match[2]), min(int(match[4]), found.last)
        for line in range(top, bottom + 1):
            if line not in lines:
                continue
            for column in range(left, right + 1):
                if (line, column) != (top, left):
                    found.notes.append((line, column - 1, "merged", ref))
                    total += 1
                    if total > 100_000:
                        return


def read_xlsx(data: bytes, found: Found) -> None:
    """Read the first visible sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _weigh(archive, len(data), found.limits)
            part, days = _first_sheet(archive)
            sheet = _Sheet(found, _shared(archive), _formats(archive), days=days)
            _parse(archive, part, sheet.start, sheet.end, sheet.chars)
            _hide(found, sheet.merged)
    except (
        *(zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ValueError, IndexError, TypeError),
        *(OSError, EOFError, NotImplementedError, OverflowError, AttributeError, zlib.error),
    ) as error:
        raise Refused("file_damaged") from error


# -- the program ------------------------------------------------------------------------------


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
    import contextlib
    import resource

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


if __name__ == "__main__":
    main()
