"""XLSX: one sheet, its texts, its number formats, its merged ranges, read with expat alone."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from .found import MAX_CELL, MAX_PARTS, MAX_TEXT, Found, Limits, Refused

#: Digits that a spreadsheet keeps of a number.
SAFE_DIGITS = 15


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
