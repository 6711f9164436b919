"""Tables in, behind limits: a hostile file is refused before it costs anything."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.spreadsheets.opening.workshop import FORMULA_STARTS

__all__ = ["FORMULA_STARTS", "MAX_BYTES", "Grid", "Table", "read_grid", "read_table"]

MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 64
#: Blank rows after which a table is over.
MAX_BLANK_ROWS = 200
#: Unpacked size allowed, in bytes and as a multiple of the packed size.
MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
#: Seconds after which the process that opens a file is ended.
PATIENCE = 30
#: Starts the program that opens files, its own folder as its only path.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from opening.workshop import main; main()"


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


@dataclass(frozen=True)
class Grid:
    """The rows of a sheet that are not blank, as they stand, each with its line number.

    ``notes`` maps (line, column from 0) to why that cell's text is not to be trusted:
    ``formula`` never computed, ``fault`` (#N/A…), ``digits`` lost, ``merged`` into the range
    that follows.
    """

    rows: list[tuple[int, list[str]]]
    notes: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)


def read_table(data: bytes, filename: str) -> Table:
    """Read an XLSX or CSV file by its content; only the first visible sheet is read.

    The first row gives the titles. CSV may be UTF-8 or Windows-1252, cut by ``;``, ``,`` or
    tabs. Formulas are not computed: the last value the spreadsheet stored is read. Raises
    RuleBroken, field ``file``, with a sentence for the person.
    """
    return _table(read_grid(data, filename).rows)


def read_grid(data: bytes, _filename: str = "") -> Grid:
    """Read a file as ``read_table`` does, without looking for titles.

    The file is opened by a process of its own, whose memory and time are bounded.
    """
    if not data:
        raise _refusal("file_empty")
    if len(data) > MAX_BYTES:
        raise _refusal("file_too_big")
    answer = _ask(data)
    if "error" in answer:
        raise _refusal(str(answer["error"]), str(answer.get("where", "")))
    rows = [(line, cells) for line, cells in answer["rows"]]
    return Grid(rows, {(line, column): (c, t) for line, column, c, t in answer["notes"]})


def _ask(data: bytes) -> dict[str, Any]:
    limits = {
        "rows": MAX_ROWS,
        "columns": MAX_COLUMNS,
        "blank_rows": MAX_BLANK_ROWS,
        "unpacked": MAX_UNPACKED,
        "ratio": MAX_RATIO,
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of it from outside
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(Path(__file__).parent)],
            input=json.dumps(limits).encode() + b"\n" + data,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": "file_heavy"}
    if done.returncode or not done.stdout:
        # Killed by one of its bounds, or by a decoder that crashed.
        return {"error": "file_heavy" if done.returncode < 0 else "file_damaged"}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _refusal(code: str, where: str = "") -> RuleBroken:
    line = int(where) if where.isdecimal() else 0
    words = {
        "file_empty": _("Ce fichier est vide."),
        "file_too_big": _("Ce fichier dépasse 10 Mo."),
        "file_type": _("Ce fichier n’est ni un tableau Excel (.xlsx) ni un CSV."),
        "file_old_excel": _(
            "Ce fichier est un ancien Excel (.xls). Enregistrez-le au format .xlsx ou .csv."
        ),
        "file_ods": _(
            "Ce fichier est un tableau LibreOffice (.ods). Enregistrez-le au format .xlsx ou .csv."
        ),
        "file_xlsb": _(
            "Ce fichier est un Excel binaire (.xlsb). Enregistrez-le au format .xlsx ou .csv."
        ),
        "file_password": _(
            "Ce fichier est protégé par un mot de passe. Enregistrez-le sans protection."
        ),
        "file_macros": _(
            "Ce fichier contient des macros. Enregistrez-le au format .xlsx, sans macros."
        ),
        "file_entities": _(
            "Ce fichier contient des instructions cachées : il est refusé. Copiez le tableau "
            "dans un nouveau fichier."
        ),
        "file_bomb": _("Ce fichier est trop gros une fois ouvert."),
        "file_heavy": _("Ce fichier est trop lourd à lire. Coupez-le en plusieurs fichiers."),
        "file_far": _(
            "Ligne %(line)d : il y a une cellule écrite loin sous le tableau, après plus de "
            "200 lignes vides. Effacez-la, ou rapprochez-la."
        )
        % {"line": line},
        "file_columns": _("Ce tableau a plus de %(limit)d colonnes.") % {"limit": MAX_COLUMNS},
        "file_rows": _("Ce tableau a plus de %(limit)d lignes. Coupez-le en plusieurs fichiers.")
        % {"limit": MAX_ROWS},
        "file_header": _("La première ligne doit donner un titre différent à chaque colonne."),
        "file_row_longer": _("Ligne %(line)d : il y a plus de cellules que de titres de colonnes.")
        % {"line": line},
        "file_damaged": _("Ce fichier est abîmé : il ne s’ouvre pas."),
    }
    return RuleBroken(code, words.get(code, words["file_damaged"]), "file")


def _table(rows: Iterable[tuple[int, list[str]]]) -> Table:
    header: list[str] | None = None
    kept: list[list[str]] = []
    lines: list[int] = []
    for line, row in rows:
        if header is None:
            header = _header(row)
            continue
        if len(kept) >= MAX_ROWS:
            raise _refusal("file_rows")
        if any(row[len(header) :]):
            raise _refusal("file_row_longer", str(line))
        width = len(header)
        kept.append((row + [""] * width)[:width])
        lines.append(line)
    if header is None:
        raise _refusal("file_empty")
    return Table(header, kept, lines)


def _header(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    lowered = [title.casefold() for title in row]
    if "" in lowered or len(set(lowered)) != len(lowered):
        raise _refusal("file_header")
    return row
