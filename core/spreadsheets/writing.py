"""Tables out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter

from core import clock, money
from core.pdf import file_response
from core.spreadsheets.reading import FORMULA_STARTS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Kind = Literal["text", "integer", "money", "date", "datetime"]
_FORMATS: dict[Kind, str] = {
    "text": "@",
    "integer": "0",
    "money": '#,##0.00" €"',
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}
#: Characters that XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MAX_CELL = 32_767


@dataclass(frozen=True)
class Column:
    """One column: ``money`` takes integer cents, ``width`` is in characters."""

    title: str
    kind: Kind = "text"
    width: int = 18


def _plain(value: Any) -> str:
    return _UNWRITABLE.sub("", str(value))[:MAX_CELL]


def _typed(value: Any, kind: Kind) -> Any:
    """Return a value as a cell holds it; raises TypeError for one of another kind."""
    if value is None or value == "":
        return None
    if kind == "text":
        return _plain(value)
    if kind == "integer" and isinstance(value, int):
        return int(value)
    if kind == "money" and isinstance(value, int):
        return money.to_decimal(value)
    if kind == "datetime" and isinstance(value, dt.datetime):
        # Excel knows no time zones: write the wall clock of Paris.
        return value.astimezone(clock.PARIS).replace(tzinfo=None) if value.tzinfo else value
    if kind == "date" and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise TypeError(f"{type(value).__name__} is not a {kind} cell")


def write_xlsx(
    sheet: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    totals: Iterable[Sequence[Any]] = (),
) -> bytes:
    """Return a workbook of one sheet, written row by row: memory stays flat.

    ``totals`` stand below in bold, out of reach of the filters and sorts of the rows. Text
    cells are typed as strings: ``=1+1`` shows as typed and computes nothing. What is blank is
    not written, the column says how to read what is typed there later. Raises ValueError for
    a row of another length, TypeError for a value of another kind.
    """
    book = Workbook(write_only=True)
    title = re.sub(r"[\[\]:*?/\\]", " ", _plain(sheet))[:31].strip("' ") or "Feuille"
    page: Any = book.create_sheet(title)
    page.freeze_panes = "A2"
    for index, column in enumerate(columns, start=1):
        dimension = page.column_dimensions[get_column_letter(index)]
        dimension.width = column.width
        dimension.number_format = _FORMATS[column.kind]
    looks = {kind: _look(page, kind) for kind in _FORMATS}
    heads = []
    for column in columns:
        cell = _cell(page, _plain(column.title), looks["text"])
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0B4F6C")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        heads.append(cell)
    page.append(heads)
    count = 1
    try:
        for row in rows:
            page.append(_row(page, columns, row, looks))
            count += 1
    except BaseException:
        page.close()
        raise
    for row in totals:
        cells = _row(page, columns, row, looks)
        for cell in cells:
            if cell is not None:
                cell.font = Font(bold=True)
        page.append(cells)
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _look(page: Any, kind: Kind) -> StyleArray:
    """Return how the cells of a kind look: looked up once, not once a cell."""
    cell: Any = WriteOnlyCell(page)
    cell.number_format = _FORMATS[kind]
    look: StyleArray = cell._style
    return look


def _row(
    page: Any, columns: Sequence[Column], row: Sequence[Any], looks: dict[Kind, StyleArray]
) -> list[Any]:
    return [
        None
        if (typed := _typed(value, column.kind)) is None
        else _cell(page, typed, looks[column.kind])
        for value, column in zip(row, columns, strict=True)
    ]


def _cell(page: Any, value: Any, look: StyleArray) -> Any:
    cell = Cell(page, row=1, column=1, value=value, style_array=look)
    if isinstance(value, str):
        # openpyxl takes "=…" for a formula and "#N/A" for an error unless told otherwise.
        cell.data_type = "s"
    return cell


def write_csv(
    columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, for_program: bool = False
) -> bytes:
    """Return the table as French spreadsheets open it: UTF-8 with BOM, ``;``, decimal comma.

    ``for_program`` cuts by commas, without BOM, as programs read it. A text that would be
    taken for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="," if for_program else ";", lineterminator="\r\n")
    writer.writerow([_csv_text(column.title) for column in columns])
    for row in rows:
        writer.writerow(
            [
                _csv_value(_typed(value, column.kind))
                for value, column in zip(row, columns, strict=True)
            ]
        )
    return out.getvalue().encode("utf-8" if for_program else "utf-8-sig")


def _csv_text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, dt.datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    return str(value) if isinstance(value, int) else _csv_text(str(value))


def xlsx_response(data: bytes, filename: str) -> HttpResponse:
    """Answer with a workbook to download."""
    return file_response(data, XLSX, filename)


def csv_response(data: bytes, filename: str) -> HttpResponse:
    """Answer with a CSV file to download."""
    return file_response(data, "text/csv; charset=utf-8", filename)
