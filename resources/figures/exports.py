"""Figures as tables for a spreadsheet; what is kept back stays empty and says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from core import clock
from core.spreadsheets import Column, csv_response, write_csv, write_xlsx, xlsx_response
from resources.figures.reading import DIMENSIONS, Line, Table
from resources.figures.use import OfClass


def response(
    form: str, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> HttpResponse:
    """Return a table as a file to download, ``xlsx`` or ``csv``; other forms do not exist."""
    if form not in ("xlsx", "csv"):
        raise Http404
    filename = f"{name}-{clock.today():%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(write_csv(columns, rows), filename)
    return xlsx_response(write_xlsx(name, columns, rows), filename)


def _row(line: Line) -> tuple[Any, ...]:
    return (
        line.label,
        line.key,
        line.pupils.value,
        line.teachers.value,
        _("non communiqué : trop peu de monde ou d’ouvertures") if line.hidden else "",
    )


def _rows(table: Table) -> Iterator[tuple[Any, ...]]:
    yield from (_row(line) for line in table.lines)
    yield _row(Line(_("Total"), "", table.pupils, table.teachers))


def table_response(table: Table, form: str) -> HttpResponse:
    """Return figures along one dimension as a file."""
    columns = [
        Column(str(DIMENSIONS[table.dimension]), width=50),
        Column(_("Identifiant"), width=18),
        Column(_("Ouvertures par les élèves"), "integer", 16),
        Column(_("Ouvertures par les enseignants"), "integer", 16),
        Column(_("Remarque"), width=44),
    ]
    return response(form, f"usage-{table.dimension}", columns, list(_rows(table)))


def class_response(use: OfClass, form: str) -> HttpResponse:
    """Return what a class opened as a file."""
    columns = [
        Column(_("Ressource"), width=50),
        Column(_("Identifiant"), width=18),
        Column(_("Ouvertures par les élèves"), "integer", 16),
        Column(_("Ouvertures par l’enseignant"), "integer", 16),
        Column(_("Ouverte en dernier"), width=18),
    ]
    rows = [
        (row.resource.title, row.resource.identifier, row.pupils.value, row.teachers, row.last)
        for row in use.opened
    ]
    return response(form, "usage-classe", columns, rows)
