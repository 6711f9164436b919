"""The manager's dashboard, the table of schools, the Internet lines."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from classrooms import charts, exports, rules
from classrooms.access import FLEET_MANAGERS, FLEET_READERS
from classrooms.models import Device, DeviceCategory, Incident, InternetLine
from classrooms.queries.figures import CityFigures, SchoolFigures, city_figures, school_figures
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, signed_in
from core.spreadsheets import csv_response, xlsx_response
from enrolment.schools.models import School

#: States of devices on the chart, in stacking order, with their tone.
STATES = (
    (Device.State.IN_USE, "success"),
    (Device.State.SPARE, "info"),
    (Device.State.REPAIR, "warning"),
    (Device.State.BROKEN, "urgent"),
    (Device.State.LOST, "dark"),
    (Device.State.STOLEN, "plain"),
)
SORTS = {
    "name": gettext_lazy("Nom"),
    "devices": gettext_lazy("Appareils"),
    "ratio": gettext_lazy("Appareils pour 100 élèves"),
    "incidents": gettext_lazy("Pannes"),
    "speed": gettext_lazy("Débit Internet"),
}


@allow(*FLEET_MANAGERS)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the city's fleet in figures, charts beside their tables, and a map."""
    figures = city_figures(signed_in(request), clock.today())
    places = [
        (r.school.latitude, r.school.longitude, r.school.district, r) for r in figures.schools
    ]
    return show(
        request,
        "board.html",
        "board",
        figures=figures,
        states=_states(figures),
        ages=_ages(figures),
        speeds=_lines(figures),
        queue=_queue(figures),
        map=charts.map_of(places),
        networks=_networks(figures),
        today=clock.today(),
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
                    "devices": sum(row.devices for row in rows),
                    "per_hundred": _ratio(rows),
                }
            )
    return found


def _ratio(rows: list[SchoolFigures]) -> float | None:
    """Return devices for a hundred pupils over some schools, to one decimal."""
    pupils = sum(row.pupils for row in rows)
    return round(sum(row.devices for row in rows) * 100 / pupils, 1) if pupils else None


def _families(figures: CityFigures) -> list[tuple[str, Any]]:
    return [(f, f.label) for f in DeviceCategory.Family if figures.families.get(f)]


def _states(figures: CityFigures) -> dict[str, Any]:
    tones = [(state, state.label, tone) for state, tone in STATES]
    rows = [(label, figures.by_state.get(family, {})) for family, label in _families(figures)]
    return {"bars": charts.bars(rows, tones), "legend": tones}


def _ages(figures: CityFigures) -> dict[str, Any]:
    tones = [
        (family, label, tone)
        for (family, label), tone in zip(_families(figures), ("sea", "sun", "sage"), strict=False)
    ]
    bands: list[tuple[int | None, str]] = [
        (0, _("moins d'un an")),
        (1, _("1 an")),
        *((years, _("%(years)d ans") % {"years": years}) for years in range(2, 6)),
        (6, _("6 ans et plus")),
        (None, _("âge inconnu")),
    ]
    rows = [
        (label, {family: figures.by_age.get(family, {}).get(band, 0) for family, _l, _t in tones})
        for band, label in bands
        if band is not None or any(figures.by_age.get(f, {}).get(None) for f, _l, _t in tones)
    ]
    return {"bars": charts.bars(rows, tones), "legend": tones}


def _lines(figures: CityFigures) -> dict[str, Any]:
    rows = [
        (kind.label, {"lines": figures.lines.get(kind, 0)})
        for kind in InternetLine.Technology
        if figures.lines.get(kind)
    ]
    rows.sort(key=lambda row: -row[1]["lines"])
    return {"bars": charts.bars(rows, [("lines", _("lignes"), "sea")])}


def _queue(figures: CityFigures) -> dict[str, Any]:
    tones = {1: "urgent", 2: "warning", 3: "info"}
    rows = [(p.label, {tones[p]: figures.incidents.get(p, 0)}) for p in Incident.Priority]
    return {"bars": charts.bars(rows, [(tone, "", tone) for tone in tones.values()])}


@allow(*FLEET_READERS)
@require_GET
def school_list(request: HttpRequest) -> HttpResponse:
    """Show what each school has, filtered and sorted."""
    rows = _schools(request)
    return show(
        request,
        "schools.html",
        "schools",
        page=page_of(request, rows, 50),
        sorts=SORTS,
        given={key: request.GET.get(key, "") for key in ("q", "equipped", "priority", "sort")},
        priorities=[p for p in School.Priority if p],
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
    rows = school_figures(signed_in(request))
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
    if given.get("priority") in ("REP", "REP+"):
        rows = [r for r in rows if r.school.priority == given["priority"]]
    keys = {
        "devices": lambda r: -r.devices,
        "ratio": lambda r: -(r.per_hundred or 0),
        "incidents": lambda r: -r.incidents,
        "speed": lambda r: -(r.line.down_mbps if r.line else 0),
    }
    if key := keys.get(given.get("sort", "")):
        rows.sort(key=key)
    return rows


@allow(*FLEET_READERS)
@require_GET
def line_list(request: HttpRequest) -> HttpResponse:
    """Show the Internet lines one may see, slow ones or ending ones first if asked."""
    lines = InternetLine.objects.visible_to(signed_in(request)).select_related("school")
    chosen = request.GET.get("show", "")
    if chosen == "slow":
        lines = lines.filter(is_very_high_speed=False)
    orders = {"end": ("contract_end", "pk"), "slow": ("down_mbps", "pk")}
    return show(
        request,
        "lines.html",
        "lines",
        page=page_of(request, lines.order_by(*orders.get(chosen, ("school__name", "pk")))),
        chosen=chosen,
        today=clock.today(),
    )
