"""The board: the fleet of the schools within reach in figures, on a map, in charts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from classrooms import panels, rules
from classrooms.access import FLEET_READERS
from classrooms.queries.figures import (
    Chosen,
    CityFigures,
    city_figures,
    districts_within_reach,
    ratio_of,
)
from classrooms.views import board_charts, board_map
from classrooms.views.common import show
from core import clock
from core.access import allow, reach_of, signed_in
from core.spreadsheets import csv_response, write_csv, write_xlsx, xlsx_response
from enrolment.schools.models import School

#: Up to this many schools their table stands open beside the map.
_NEAR = 5
#: Beyond this many schools the table beside the map counts by district.
FEW = 30


@allow(*FLEET_READERS)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the fleet in figures, charts beside their tables, and a map beside its table."""
    user, today = signed_in(request), clock.today()
    chosen = Chosen.of(request.GET)
    asked = request.GET.get("see", "")
    asked = asked if asked in board_map.MEASURES else "equipped"
    figures = city_figures(user, today, chosen)
    few = len(figures.schools) <= FEW
    return show(
        request,
        "board.html",
        "board",
        figures=figures,
        chosen=chosen,
        query=urlencode({k: v for k, v in vars(chosen).items() if v}),
        districts=districts_within_reach(user),
        kinds=School.Kind.choices,
        asked=asked,
        measures=board_map.MEASURES,
        measure=board_map.MEASURES[asked],
        map=board_map.draw(figures, asked),
        places=[] if few else board_map.by_district(figures),
        few=few,
        near=len(figures.schools) <= _NEAR,
        alone=len(figures.schools) == 1,
        whole=reach_of(user, *FLEET_READERS).city,
        states=board_charts.states(figures),
        ratios=board_charts.ratios(figures),
        ages=board_charts.ages(figures),
        lines=board_charts.lines(figures),
        queue=board_charts.queue(figures),
        months=board_charts.months(figures),
        models=board_charts.models(figures),
        networks=_networks(figures),
        panels=panels.board_room.panels(request, figures),
        today=today,
    )


def _networks(figures: CityFigures) -> list[dict[str, Any]]:
    """Return how many schools are equipped in each priority education network."""
    found = []
    for priority in (School.Priority.REP_PLUS, School.Priority.REP, School.Priority.NONE):
        rows = [row for row in figures.schools if row.school.priority == priority]
        if rows:
            equipped = sum(row.is_equipped for row in rows)
            found.append(
                {
                    "label": priority.label,
                    "equipped": equipped,
                    "schools": len(rows),
                    "share": rules.share(equipped, len(rows)),
                    "ratio": ratio_of(rows),
                }
            )
    return found


@allow(*FLEET_READERS)
@require_GET
def chart_export(request: HttpRequest, chart: str, form: str) -> HttpResponse:
    """Download the numbers of a chart, of the schools chosen on the board."""
    if chart not in board_charts.CHARTS or form not in {"csv", "xlsx"}:
        raise Http404
    today = clock.today()
    figures = city_figures(signed_in(request), today, Chosen.of(request.GET))
    made = board_charts.CHARTS[chart](figures)
    name = f"{chart}-{today:%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(write_csv(made.columns(), made.table()), name)
    return xlsx_response(write_xlsx(made.title[:31], made.columns(), made.table()), name)
