"""Tables in and out."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from core.errors import RuleBroken
from core.spreadsheets import Column, read_table, reading, write_csv, write_xlsx

COLUMNS = [
    Column("Nom"),
    Column("Repas", "integer"),
    Column("Dû", "money"),
    Column("Jour", "date"),
]
printable = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@settings(deadline=None)
@given(printable.map(str.strip).filter(bool))
def test_text_stays_text(text: str) -> None:
    book = load_workbook(io.BytesIO(write_xlsx("x", [Column("A")], [[text]])))
    cell = book.active["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert read_table(write_xlsx("x", [Column("A")], [[text]]), "x.xlsx").rows == [[text]]


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-2", "@SUM(A1)", "#N/A", "\t=1", "00123"])
def test_nothing_becomes_a_formula(text: str) -> None:
    cell = load_workbook(io.BytesIO(write_xlsx("x", [Column("A")], [[text]]))).active["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    if text[0] in "=+-@\t":
        assert (
            write_csv([Column("A")], [[text]])
            .decode("utf-8-sig")
            .split("\r\n")[1]
            .strip('"')
            .startswith("'")
        )


def test_kinds_are_kept_and_money_is_exact() -> None:
    data = write_xlsx("Été/2026", COLUMNS, [["Lina", 3, 1234, dt.date(2026, 9, 1)]])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet.title == "Été 2026"
    assert [cell.value for cell in sheet[2]] == ["Lina", 3, 12.34, dt.datetime(2026, 9, 1)]  # noqa: DTZ001
    assert read_table(data, "x").rows == [["Lina", "3", "12.34", "2026-09-01"]]
    with pytest.raises(TypeError):
        write_xlsx("x", [Column("A", "money")], [[12.5]])
    with pytest.raises(ValueError, match="zip"):
        write_xlsx("x", COLUMNS, [["too short"]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_as_french_spreadsheets_write_it(encoding: str, delimiter: str) -> None:
    lines = [["Prénom", "Âge"], ["Noé", "4"], ["", ""], ["Zoë", "5"]]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    table = read_table(data, "x.csv")
    assert table.header == ["Prénom", "Âge"]
    assert list(table.records()) == [
        (2, {"Prénom": "Noé", "Âge": "4"}),
        (4, {"Prénom": "Zoë", "Âge": "5"}),
    ]


def code_of(data: bytes) -> str:
    with pytest.raises(RuleBroken) as caught:
        read_table(data, "x.xlsx")
    return caught.value.code


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_hostile_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(b"") == "file_empty"
    assert code_of(b"\xd0\xcf\x11\xe0rest") == "file_old_excel"
    assert code_of(b"%PDF-1.4") == "file_type"
    assert code_of(b"\x00\x01\x02") == "file_type"
    assert code_of(archive(readme=b"no workbook")) == "file_type"
    assert code_of(archive(**{"xl__workbook.xml": b"\0" * 5_000_000})) == "file_bomb"
    assert code_of(archive(**{"xl__workbook.xml": b"<a/>"})) == "file_damaged"
    assert code_of(write_xlsx("x", COLUMNS, [])[:-200]) == "file_damaged"
    assert code_of(b"A;A\n1;2") == "file_header"
    assert code_of(b"A;;C\n1;2;3") == "file_header"
    assert code_of(b"A;B\n1;2;3") == "file_row_longer"
    assert code_of(";".join(f"c{i}" for i in range(65)).encode()) == "file_columns"
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    assert code_of(b"A\n1\n2\n3\n4\n") == "file_rows"
    monkeypatch.setattr(reading, "MAX_BYTES", 3)
    assert code_of(b"A;B\n") == "file_too_big"


def test_a_workbook_with_an_entity_bomb_is_refused() -> None:
    out = io.BytesIO()
    book = Workbook()
    book.active.append(["A"])
    book.save(out)
    evil = io.BytesIO()
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(evil, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content.replace(
                    b"Sheet</", b"&a;</"
                )
            target.writestr(part, content)
    assert code_of(evil.getvalue()) == "file_damaged"


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_a_fault(data: bytes) -> None:
    with contextlib.suppress(RuleBroken):
        read_table(data, "x")
