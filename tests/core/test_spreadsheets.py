"""Tables in and out."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from core.errors import RuleBroken
from core.spreadsheets import (
    Column,
    read_grid,
    read_table,
    reading,
    write_csv,
    write_xlsx,
)
from core.spreadsheets.columns import Target, guess
from core.spreadsheets.opening import workshop

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
    answer = workshop.work(write_xlsx("x", [Column("A")], [[text]]), workshop.Limits())
    assert answer["rows"] == [(1, ["A"]), (2, [text])]


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
    assert caught.value.field == "file"
    assert len(caught.value.message) > 15
    return caught.value.code


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def workbook(**parts: tuple[bytes, bytes]) -> bytes:
    """Return a workbook of one cell, bytes replaced in some parts (``__`` for ``/``)."""
    out, evil = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["A"])
    book.save(out)
    with zipfile.ZipFile(out) as source, zipfile.ZipFile(evil, "w", 8) as target:
        for part in source.namelist():
            content = source.read(part)
            for name, (old, new) in parts.items():
                if part == name.replace("__", "/").replace("_xml", ".xml"):
                    assert old in content, part
                    content = content.replace(old, new)
            target.writestr(part, content)
    return evil.getvalue()


def sheet_of(cells: bytes, merged: bytes = b"") -> bytes:
    """Return a workbook whose sheet holds these rows, as XML."""
    end = b"</sheetData>"
    return workbook(xl__worksheets__sheet1_xml=(end, cells + end + merged))


def test_hostile_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(b"") == "file_empty"
    assert code_of(b"\xd0\xcf\x11\xe0rest") == "file_old_excel"
    assert code_of(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")) == "file_password"
    assert code_of(b"%PDF-1.4") == "file_type"
    assert code_of(b"\x00\x01\x02") == "file_type"
    assert code_of(archive(readme=b"no workbook")) == "file_type"
    assert code_of(archive(**{"mimetype": b"x", "content.xml": b"<a/>"})) == "file_ods"
    assert code_of(archive(**{"xl__workbook.bin": b"x"})) == "file_xlsb"
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


def test_what_swells_is_refused_unopened() -> None:
    assert code_of(archive(**{"xl__workbook.xml": b"\0" * 5_000_000})) == "file_bomb"
    many = {f"part{n}": b"" for n in range(501)}
    assert code_of(archive(**{"xl__workbook.xml": b"<a/>"}, **many)) == "file_bomb"


def test_programs_and_entities_are_refused() -> None:
    assert code_of(archive(**{"xl__workbook.xml": b"<a/>", "xl__vbaProject.bin": b"x"})) == (
        "file_macros"
    )
    kind = (b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml")
    renamed = workbook(**{"[Content_Types]_xml": kind})
    assert code_of(renamed) == "file_macros"
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook '
    assert code_of(workbook(xl__workbook_xml=(b"<workbook ", bomb))) == "file_entities"
    outside = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet '
    assert code_of(workbook(xl__worksheets__sheet1_xml=(b"<worksheet ", outside))) == (
        "file_entities"
    )


def test_a_cell_at_the_end_of_the_world_is_refused() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>'
    assert code_of(sheet_of(far)) == "file_far"
    assert code_of(sheet_of(b'<row r="2"><c r="XFD2"><v>1</v></c></row>')) == "file_columns"
    assert code_of(b"A\n" + b"\n" * 300 + b"1\n") == "file_far"


def test_a_million_blank_rows_are_not_the_table() -> None:
    blank = b"".join(b'<row r="%d"><c s="0"/></row>' % line for line in range(2, 1_000_001))
    assert read_grid(sheet_of(blank)).rows == [(1, ["A"])]


def test_a_process_that_overruns_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.001)
    assert code_of(b"A;B\n") == "file_heavy"


def test_cells_that_are_not_to_be_trusted_are_told() -> None:
    cells = (
        b'<row r="2"><c r="A2"><f>1+1</f></c><c r="B2" t="e"><v>#N/A</v></c>'
        b'<c r="C2"><v>1.23456789012345E+17</v></c><c r="D2"><f>1+1</f><v>2</v></c></row>'
        b'<row r="3"><c r="A3" t="inlineStr"><is><t>0012</t></is></c>'
        b'<c r="B3"><v>351234567890123</v></c></row>'
        b'<row r="4"><c r="B4" t="b"><v>1</v></c></row>'
    )
    merged = b'<mergeCells><mergeCell ref="A3:A1048576"/></mergeCells>'
    grid = read_grid(sheet_of(cells, merged))
    assert grid.rows[1] == (2, ["", "#N/A", "123456789012345000", "2"])
    assert grid.rows[2] == (3, ["0012", "351234567890123"])
    assert grid.rows[3] == (4, ["", "oui"])
    assert grid.notes == {
        (2, 0): ("formula", ""),
        (2, 1): ("fault", "#N/A"),
        (2, 2): ("digits", "123456789012345000"),
        (4, 0): ("merged", "A3:A1048576"),
    }


def test_a_number_shown_with_zeros_keeps_them() -> None:
    book = Workbook()
    for value, shown in ((42, "000000"), (0.5, "0.00"), (1234567890123, "0"), (299.9, "General")):
        book.active.append([value])
        book.active.cell(book.active.max_row, 1).number_format = shown
    out = io.BytesIO()
    book.save(out)
    texts = [cells[0] for _line, cells in read_grid(out.getvalue()).rows]
    assert texts == ["000042", "0.5", "1234567890123", "299.9"]


def test_titles_above_a_csv_do_not_hide_what_cuts_it() -> None:
    data = "Inventaire, école du Port\n\nSérie;Prix\nA1;299,90\nB2;1,5\n".encode("cp1252")
    assert read_grid(data).rows[1:] == [
        (3, ["Série", "Prix"]),
        (4, ["A1", "299,90"]),
        (5, ["B2", "1,5"]),
    ]


@settings(deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_read_or_refused_never_a_fault(data: bytes, packed: bool) -> None:
    """In this process, so that what would be a crash over there is seen."""
    if packed:
        good = write_xlsx("x", [Column("A")], [["a"]])
        middle = len(good) // 2
        data = good[:middle] + data + good[middle + len(data) :]
    answer = workshop.work(data, workshop.Limits())
    assert ("error" in answer) != ("rows" in answer)


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (["Réf. ligne", "Débit desc."], {"line": "Réf. ligne", "down": "Débit desc."}),
        (["N° de la ligne", "Débit"], {"line": "N° de la ligne", "down": "Débit"}),
        # The name that is known stands before one that only means the same.
        (["Réf ligne", "Référence ligne"], {"line": "Référence ligne"}),
        (["De la", "Le", ""], {}),
    ],
)
def test_columns_are_known_by_what_their_titles_mean(titles, found):
    targets = (
        Target("line", "Ligne", ("reference ligne", "numero de ligne")),
        Target("down", "Débit", ("debit", "debit descendant")),
    )
    assert guess(titles, {}, targets) == found
    assert guess(titles, {"line": titles[-1]}, targets).get("line") == titles[-1]
