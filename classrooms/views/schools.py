"""The table of schools, the Internet lines."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from classrooms import exports
from classrooms.access import FLEET_READERS
from classrooms.queries.figures import (
    Chosen,
    SchoolFigures,
    districts_within_reach,
    school_figures,
)
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, signed_in
from core.spreadsheets import csv_response, xlsx_response
from enrolment.schools.models import School

SORTS = {
    "name": gettext_lazy("Nom"),
    "devices": gettext_lazy("Appareils"),
    "ratio": gettext_lazy("Appareils pour 100 élèves"),
    "incidents": gettext_lazy("Pannes"),
    "speed": gettext_lazy("Débit Internet"),
}


@allow(*FLEET_READERS)
@require_GET
def school_list(request: HttpRequest) -> HttpResponse:
    """Show what each school has, filtered and sorted."""
    rows = _schools(request)
    given = {key: request.GET.get(key, "") for key in ("q", "equipped", "sort")}
    chosen = Chosen.of(request.GET)
    return show(
        request,
        "schools.html",
        "schools",
        page=page_of(request, rows, 50),
        sorts=SORTS,
        given=given,
        chosen=chosen,
        narrowed=bool(chosen) or any(given.values()),
        districts=districts_within_reach(signed_in(request)),
        kinds=School.Kind.choices,
        query=request.GET.urlencode(),
    )


@allow(*FLEET_READERS)
@require_GET
def school_export(request: HttpRequest, form: str) -> HttpResponse:
    """Download the table of schools as filtered on screen."""
    name = f"ecoles-equipement-{clock.today():%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(exports.schools_csv(_schools(request)), name)
    return xlsx_response(exports.schools_xlsx(_schools(request)), name)


def _schools(request: HttpRequest) -> list[SchoolFigures]:
    given = request.GET
    rows = school_figures(signed_in(request), Chosen.of(given))
    if text := given.get("q", "").strip().lower():
        rows = [
            r
            for r in rows
            if text in r.school.name.lower()
            or text in r.school.district.lower()
            or text == r.school.uai.lower()
        ]
    equipped = given.get("equipped")
    if equipped in ("yes", "no"):
        rows = [r for r in rows if r.is_equipped == (equipped == "yes")]
    keys = {
        "devices": lambda r: -r.devices,
        "ratio": lambda r: -(r.per_hundred or 0),
        "incidents": lambda r: -r.incidents,
        "speed": lambda r: -(r.line.down_mbps if r.line else 0),
    }
    if key := keys.get(given.get("sort", "")):
        rows.sort(key=key)
    return rows
