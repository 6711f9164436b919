"""Tables in, behind limits: a hostile file is refused before it costs anything."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import RuleBroken

MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 64
#: Unpacked size allowed, in bytes and as a multiple of the packed size.
MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
MAX_PARTS = 500
MAX_CELL = 5_000
#: What makes a spreadsheet take a CSV cell for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """A header and its rows, all cells text, trimmed; ``lines`` are their line numbers.

    Dates come as ISO text, whole numbers without ``.0``. Empty rows are left out.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row as (line number, {header: cell})."""
        for line, row in zip(self.lines, self.rows, strict=True):
            yield line, dict(zip(self.header, row, strict=True))


def read_table(data: bytes, filename: str) -> Table:
    """Read an XLSX or CSV file by its content; only the first sheet is read.

    CSV may be UTF-8 or Windows-1252, cut by ``;``, ``,`` or tabs. Formulas are not
    computed: the last value the spreadsheet stored is read. Raises RuleBroken, field
    ``file``, with a sentence for the person.
    """
    if not data:
        raise _no("file_empty", _("Ce fichier est vide."))
    if len(data) > MAX_BYTES:
        raise _no("file_too_big", _("Ce fichier dépasse 10 Mo."))
    if data.startswith(b"PK\x03\x04"):
        return _table(_xlsx_rows(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _no(
            "file_old_excel",
            _("Ce fichier est un ancien Excel (.xls). Enregistrez-le au format .xlsx ou .csv."),
        )
    if b"\x00" in data or data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")):
        raise _no("file_type", _("Ce fichier n’est ni un tableau Excel (.xlsx) ni un CSV."))
    return _table(_csv_rows(data))


def _no(code: str, message: str) -> RuleBroken:
    return RuleBroken(code, message, "file")


def _weigh(data: bytes) -> None:
    """Refuse an archive that would swell."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise _no("file_type", _("Ce fichier n’est pas un tableau Excel (.xlsx)."))
        size = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or size > MAX_UNPACKED or size > len(data) * MAX_RATIO:
            raise _no("file_bomb", _("Ce fichier est trop gros une fois ouvert."))


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    # openpyxl refuses entities and external DTDs once defusedxml is there; make sure it is.
    assert defusedxml is not None  # noqa: S101
    try:
        _weigh(data)
        book = load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False, rich_text=False
        )
        try:
            sheet = book.worksheets[0]
            # The size a file declares may be a lie or missing: count what is really there.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True):
                yield [_text(value) for value in row]
        finally:
            book.close()
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        DefusedXmlException,
        ParseError,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        OSError,
        EOFError,
        NotImplementedError,
        OverflowError,
    ) as error:
        raise _no("file_damaged", _("Ce fichier est abîmé : il ne s’ouvre pas.")) from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip()[:MAX_CELL]


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Five byte values mean nothing in Windows-1252; show them rather than fail.
        text = data.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unguarded(cell.strip())[:MAX_CELL] for cell in row]
    except csv.Error as error:
        raise _no("file_damaged", _("Ce fichier est abîmé : il ne s’ouvre pas.")) from error


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that our own exports put before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def _table(rows: Iterable[list[str]]) -> Table:
    header: list[str] | None = None
    kept: list[list[str]] = []
    lines: list[int] = []
    for line, row in enumerate(rows, start=1):
        if line > MAX_ROWS * 2:
            break
        if not any(row):
            continue
        if header is None:
            header = _header(row)
            continue
        if len(kept) >= MAX_ROWS:
            raise _no(
                "file_rows",
                _("Ce tableau a plus de %(limit)d lignes. Coupez-le en plusieurs fichiers.")
                % {"limit": MAX_ROWS},
            )
        if any(row[len(header) :]):
            raise _no(
                "file_row_longer",
                _("Ligne %(line)d : il y a plus de cellules que de titres de colonnes.")
                % {"line": line},
            )
        width = len(header)
        kept.append((row + [""] * width)[:width])
        lines.append(line)
    if header is None:
        raise _no("file_empty", _("Ce tableau est vide."))
    return Table(header, kept, lines)


def _header(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    if len(row) > MAX_COLUMNS:
        raise _no(
            "file_columns",
            _("Ce tableau a plus de %(limit)d colonnes.") % {"limit": MAX_COLUMNS},
        )
    lowered = [title.casefold() for title in row]
    if "" in lowered or len(set(lowered)) != len(lowered):
        raise _no(
            "file_header",
            _("La première ligne doit donner un titre différent à chaque colonne."),
        )
    return row
