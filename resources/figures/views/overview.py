"""Figures of use: the whole page, one table of it, its export, one's own class."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.paging import page_of
from enrolment.schools.models import GradeLevel
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource, Term
from resources.figures import charts, exports
from resources.figures.access import FIGURE_READERS, OwnClassQuerySet, own_classes, schools_read
from resources.figures.models import Reader
from resources.figures.reading import DIMENSIONS, Figures, Table
from resources.figures.scope import PARAMETERS, Scope, known_years, month_name, scope_of
from resources.figures.use import class_use

#: Lines of a table on the page that shows them all.
FIRST = 8


def tabs_of(user: User) -> list[tuple[str, Any, str]]:
    """Return the sections that a person may open: key, words, address."""
    tabs = []
    if user.has_role(*FIGURE_READERS):
        tabs.append(("use", _("Usage"), "figures:overview"))
    if user.has_role(*EDITORS):
        tabs.append(("costs", _("Coûts"), "figures:costs"))
        tabs.append(("gaps", _("Ressources manquantes"), "figures:gaps"))
        tabs.append(("missed", _("Recherches sans réponse"), "catalogue:missed"))
    tabs.append(("map", _("Programme"), "figures:curriculum"))
    if user.has_role(Role.TEACHER):
        tabs.append(("class", _("Ma classe"), "figures:classes"))
    return tabs


def show(request: HttpRequest, template: str, tab: str, **context: Any) -> HttpResponse:
    """Render a page of figures with its tabs."""
    context |= {"tabs": tabs_of(signed_in(request)), "tab": tab}
    return render(request, f"figures/{template}", context)


def _kept(request: HttpRequest, **changes: str) -> str:
    """Return the filters of an address with some changed; empty ones go."""
    kept = {name: request.GET.get(name, "")[:120] for name in PARAMETERS} | changes
    return urlencode({name: value for name, value in kept.items() if value})


def _chips(request: HttpRequest, scope: Scope) -> list[tuple[str, str]]:
    """Return what is drilled into, each with the address that leaves it."""
    found = []
    if scope.month:
        found.append((month_name(scope.month), _kept(request, mois="")))
    if scope.school and request.GET.get("ecole"):
        found.append((scope.school.name, _kept(request, ecole="")))
    if scope.level:
        found.append((scope.level, _kept(request, niveau="")))
    if scope.domain:
        found.append((scope.domain.label, _kept(request, domaine="")))
    if scope.resource:
        found.append((scope.resource.title, _kept(request, ressource="")))
    return found


def _parts(figures: Figures, *, city: bool) -> list[str]:
    """Return the dimensions worth a table: not those already chosen."""
    scope = figures.scope
    several = city or (scope.schools is not None and len(scope.schools) > 1)
    wanted = {
        "mois": scope.month is None,
        "niveaux": not scope.level,
        "domaines": scope.resource is None,
        "ressources": scope.resource is None,
        "ecoles": scope.school is None and several,
    }
    return [name for name in DIMENSIONS if wanted[name]]


def _frame(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Return what the head of every page of figures shows: filters, chips, period."""
    user = signed_in(request)
    city = user.has_role(*EDITORS)
    schools = schools_read(user).order_by("name", "pk").values_list("uai", "name")
    return {
        "scope": scope,
        "city": city,
        "years": known_years(),
        "schools": list(schools) if city or len(scope.schools or ()) > 1 else [],
        "levels": GradeLevel.values,
        "domains": Term.objects.filter(vocabulary="domain", parent=None).order_by(
            "position", "code"
        ),
        "chips": _chips(request, scope),
        "kept": _kept(request),
        "drilled": [(n, request.GET.get(n, "")) for n in ("mois", "ressource")],
    }


def _section(request: HttpRequest, table: Table, lines: int | None = None) -> dict[str, Any]:
    shown = table.lines if lines is None else table.lines[:lines]
    return {
        "table": table,
        "title": DIMENSIONS[table.dimension],
        "bars": charts.bars(shown),
        "more": len(table.lines) - len(shown),
        "query": _kept(request, **{table.parameter: ""}),
    }


@allow(*FIGURE_READERS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show use along every dimension, each line leading further in."""
    user = signed_in(request)
    scope = scope_of(user, request.GET)
    figures = Figures(scope)
    months = figures.months()
    parts = [name for name in _parts(figures, city=user.has_role(*EDITORS)) if name != "mois"]
    tables = [figures.table(name) for name in parts]
    return show(
        request,
        "overview.html",
        "use",
        months=_section(request, months),
        chart=charts.months_chart(months, scope) if scope.month is None else None,
        sections=[_section(request, table, FIRST) for table in tables],
        totals=_totals(months, [table for table in tables if table.dimension != "domaines"]),
        used=figures.used(),
        change=_change(figures),
        visible=Resource.objects.validated().count(),
        hides=months.hides or any(table.hides for table in tables),
        **_frame(request, scope),
    )


def _change(figures: Figures) -> str:
    """Say how openings moved in a year, or nothing when they cannot be compared."""
    found = figures.change()
    if found is None:
        return ""
    percent, last = found
    sign = "+" if percent > 0 else "−" if percent < 0 else ""
    return _("%(sign)s%(percent)d %% sur un an, jusqu’à %(month)s") % {
        "sign": sign,
        "percent": abs(percent),
        "month": month_name(last),
    }


def _totals(months: Table, tables: list[Table]) -> dict[str, Any]:
    """Return the totals, kept back as soon as one table needs them to be."""
    every = [months, *tables]
    return {
        Reader.PUPIL.value: None if any(t.pupils.hidden for t in every) else months.pupils.value,
        Reader.TEACHER.value: (
            None if any(t.teachers.hidden for t in every) else months.teachers.value
        ),
    }


@allow(*FIGURE_READERS)
@require_GET
def table(request: HttpRequest, dimension: str) -> HttpResponse:
    """Show figures along one dimension, page by page."""
    found, scope = _table(request, dimension)
    page = page_of(request, found.lines)
    longest = max((line.drawn for line in found.lines), default=0)
    return show(
        request,
        "table.html",
        "use",
        section=_section(request, found)
        | {"bars": charts.bars(list(page.object_list), longest), "more": 0},
        page_obj=page,
        dimension=dimension,
        hides=found.hides,
        **_frame(request, scope),
    )


@allow(*FIGURE_READERS)
@require_GET
def export(request: HttpRequest, dimension: str, form: str) -> HttpResponse:
    """Download figures along one dimension, filtered as on screen."""
    found, _scope = _table(request, dimension)
    return exports.table_response(found, form)


def _table(request: HttpRequest, dimension: str) -> tuple[Table, Scope]:
    if dimension not in DIMENSIONS:
        raise Http404
    scope = scope_of(signed_in(request), request.GET)
    return Figures(scope).table(dimension), scope


@allow(Role.TEACHER)
@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """Show the use of one's class, or of one's classes one after another."""
    listed = own_classes(signed_in(request)).select_related("school").order_by("name", "pk")
    return show(
        request, "classes.html", "class", uses=[class_use(group, lines=15) for group in listed]
    )


@allow(Role.TEACHER)
@require_GET
def class_export(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Download what one's class opened this year."""
    group = get_visible(OwnClassQuerySet(), signed_in(request), pk=pk)
    return exports.class_response(class_use(group), form)
