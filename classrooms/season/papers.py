"""What September prints: a school's list, the city's summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from classrooms.season import queries
from classrooms.season.models import SchoolSeason, SeasonRun
from classrooms.season.queries import Row
from core import clock, pdf
from core.spreadsheets import Column, write_xlsx


def school_pdf(season: SchoolSeason) -> bytes:
    """Return the list a school keeps on its wall: carts, classes, what is still out."""
    return pdf.render(
        "season/school.typ",
        {
            "school": season.school.name,
            "uai": season.school.uai,
            "year": str(season.run),
            "day": clock.today(),
            "carts": [
                {
                    "code": row.cart.code,
                    "name": row.cart.name,
                    "fit": row.fit,
                    "holder": row.current.holder_name if row.current else "",
                    "due_on": row.current.due_on if row.current else None,
                }
                for row in queries.cart_rows(season)
            ],
            "missing": [
                {
                    "tag": item.device.asset_tag,
                    "model": str(item.device.model),
                    "holder": item.hand_out.holder_name,
                    "due_on": item.hand_out.due_on,
                }
                for item in queries.overdue(season)
            ],
        },
    )


def _figures(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [
        (
            row.season.school.uai,
            row.season.school.name,
            f"{row.done} / {len(row.steps)}",
            str(row.next),
            row.figure("classes", "classes"),
            row.figure("loans", "back"),
            row.figure("loans", "missing"),
            row.figure("audit", "counted"),
            row.figure("audit", "left"),
            row.figure("carts", "handed"),
        )
        for row in rows
    ]


def _titles() -> tuple[str, ...]:
    return (
        _("UAI"),
        _("École"),
        _("Étapes"),
        _("Prochaine étape"),
        _("Classes"),
        _("Rendus"),
        _("Non rendus"),
        _("Chariots contrôlés"),
        _("Non contrôlés"),
        _("Chariots remis"),
    )


def summary_xlsx(rows: Sequence[Row]) -> bytes:
    """Return the run school by school as a workbook."""
    widths = (11, 36, 10, 32)
    columns = [
        Column(title, "text" if place < 4 else "integer", width=widths[place] if place < 4 else 18)
        for place, title in enumerate(_titles())
    ]
    return write_xlsx(_("Rentrée"), columns, _figures(rows))


def summary_pdf(run: SeasonRun, rows: Sequence[Row]) -> bytes:
    """Return the run school by school on paper."""
    return pdf.render(
        "season/summary.typ",
        {
            "year": str(run),
            "started_on": clock.service_day(run.started_at),
            "closed_on": clock.service_day(run.closed_at) if run.closed_at else None,
            "day": clock.today(),
            "complete": sum(row.is_complete for row in rows),
            "titles": _titles()[1:],
            "rows": [
                ["–" if cell is None else str(cell) for cell in cells[1:]]
                for cells in _figures(rows)
            ],
        },
    )
