"""Whole files: a list written in one form, piece by piece; a file of any form read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import RuleBroken
from core.spreadsheets import Table
from core.spreadsheets.writing import XLSX
from resources.catalogue.exporting import resources_csv, resources_xlsx
from resources.catalogue.importing.values import Meanings
from resources.exchange.formats import dc, gar, jsonld, lom, lom_reading
from resources.exchange.formats.markup import DECLARATION, BadXml, name_of, parse
from resources.exchange.notices import Cells, Notice, notices, pages_path, table_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from django.utils.functional import _StrPromise

Rows = QuerySet[Any]
Tell = Callable[[int], None]


@dataclass(frozen=True)
class Form:
    """A form in which a list is taken out; ``write`` yields the bytes of the file."""

    code: str
    label: str | _StrPromise
    suffix: str
    content_type: str
    write: Callable[[Rows, Tell], Iterable[bytes]]


def _pieces(
    rows: Rows, tell: Tell, one: Callable[[Notice], str], around: tuple[str, str, str]
) -> Iterator[bytes]:
    start, between, end = around
    yield start.encode()
    for number, notice in enumerate(notices(rows), start=1):
        piece = one(notice)
        yield (piece if number == 1 else between + piece).encode()
        if number % 100 == 0:
            tell(number)
    yield end.encode()


def _xml(one: Callable[[Notice], str]) -> Callable[[Rows, Tell], Iterable[bytes]]:
    def write(rows: Rows, tell: Tell) -> Iterable[bytes]:
        return _pieces(rows, tell, one, (f"{DECLARATION}<notices>\n", "\n", "\n</notices>\n"))

    return write


def _json(
    one: Callable[[Notice], dict[str, Any]], start: str, end: str
) -> Callable[[Rows, Tell], Iterable[bytes]]:
    def piece(notice: Notice) -> str:
        return json.dumps(one(notice), ensure_ascii=False)

    def write(rows: Rows, tell: Tell) -> Iterable[bytes]:
        return _pieces(rows, tell, piece, (start, ",\n", end))

    return write


_LIST = '{"listeRessources": {"ressource": [\n'
_GRAPH = f'{{"@context": "{jsonld.CONTEXT}", "@graph": [\n'
FORMS = {
    form.code: form
    for form in (
        Form("xlsx", gettext_lazy("Excel"), "xlsx", XLSX, lambda rows, _t: [resources_xlsx(rows)]),
        Form(
            "csv",
            gettext_lazy("CSV"),
            "csv",
            "text/csv; charset=utf-8",
            lambda rows, _t: [resources_csv(rows)],
        ),
        Form("lom", gettext_lazy("ScoLOMFR (LOM XML)"), "lom.xml", "text/xml", _xml(lom.write)),
        Form("dc", gettext_lazy("Dublin Core (XML)"), "dc.xml", "text/xml", _xml(dc.write)),
        Form(
            "jsonld",
            gettext_lazy("LRMI (JSON-LD)"),
            "jsonld",
            jsonld.CONTENT_TYPE,
            _json(jsonld.write, _GRAPH, "\n]}\n"),
        ),
        Form(
            "gar",
            gettext_lazy("Notices GAR (JSON)"),
            "gar.json",
            gar.CONTENT_TYPE,
            _json(gar.write, _LIST, "\n]}}\n"),
        ),
    )
}


def read(data: bytes, filename: str) -> Table | None:
    """Return a file of notices as a table of the import; None when it is none.

    Raises RuleBroken for one that begins well and cannot be read.
    """
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return table_of(map(ours, _read_xml(data)))
    if start in {b"{", b"["}:
        return table_of(map(ours, _read_json(data)))
    return None


#: What JSON may hold and the database cannot: a zero, half of a character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def ours(cells: Cells) -> Cells:
    """Leave out what cannot be kept, and an address that only leads back to our own page."""
    pages = settings.PUBLIC_URL + pages_path()
    cells = {name: _UNSTORABLE.sub("", value) for name, value in cells.items()}
    return {**cells, "url": ""} if cells.get("url", "").startswith(pages) else cells


def _refuse() -> RuleBroken:
    return RuleBroken(
        "file_type",
        _("Ce fichier ne contient aucune notice LOM, Dublin Core, JSON-LD ou GAR."),
        "file",
    )


def _read_xml(data: bytes) -> list[Cells]:
    try:
        root = parse(data)
    except BadXml as error:
        raise RuleBroken("file_type", _("Ce fichier XML ne se lit pas."), "file") from error
    found: list[Cells] = []
    meanings: Meanings | None = None
    for node in root.iter():
        if name_of(node) == "lom":
            found.append(lom_reading.read(node))
        elif str(node.tag) == f"{{{dc.NAMESPACE}}}dc":
            meanings = meanings or Meanings({})
            found.append(_keyed(node, dc.read(node, meanings)))
    if not found:
        raise _refuse()
    return found


def _keyed(node: Element, cells: Cells) -> Cells:
    """Give a Dublin Core notice the last of its identifiers that is no address as its key."""
    names = [(part.text or "").strip() for part in node if name_of(part) == "identifier"]
    plain = [name for name in names if name and not name.startswith(("http://", "https://"))]
    return {**cells, "key": (plain or names or [""])[-1]}


def _read_json(data: bytes) -> list[Cells]:
    try:
        told = json.loads(data.decode("utf-8-sig"))
        rows = gar.listed(told)
        found = [gar.read(row) for row in rows] if rows is not None else jsonld.read(told)
    except (ValueError, RecursionError) as error:
        raise RuleBroken("file_type", _("Ce fichier JSON ne se lit pas."), "file") from error
    if not found:
        raise _refuse()
    return found
