"""Internet lines: the list in figures, one line over time, contracts to end, schools that wait."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms import exports_lines
from classrooms.access import FLEET_MANAGERS, FLEET_READERS
from classrooms.actions.lines import FACTS, change_line, close_line, open_line
from classrooms.forms_lines import CloseLineForm, LineFilterForm, LineForm
from classrooms.models import InternetLine, LineChange
from classrooms.queries.lines import gaps, lines_for, summary_of
from classrooms.views.common import page_of, show
from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.money import format_euros
from core.once import once
from core.spreadsheets import csv_response, xlsx_response


@allow(*FLEET_READERS)
@require_GET
def line_list(request: HttpRequest) -> HttpResponse:
    """Show the Internet lines one may see, filtered, with what they cost."""
    user = signed_in(request)
    form = LineFilterForm(request.GET, user=user)
    rows = lines_for(user, form.wanted())
    query = request.GET.copy()
    query.pop("page", None)
    return show(
        request,
        "lines.html",
        "lines",
        form=form,
        page=page_of(request, rows),
        summary=summary_of(rows),
        gap_count=len(gaps(user)),
        query=query.urlencode(),
        is_manager=user.has_role(*FLEET_MANAGERS),
        today=clock.today(),
    )


@allow(*FLEET_READERS)
@require_GET
def line_export(request: HttpRequest, form: str) -> HttpResponse:
    """Download the lines as filtered on screen."""
    user = signed_in(request)
    rows = lines_for(user, LineFilterForm(request.GET, user=user).wanted())
    name = f"lignes-{clock.today():%Y-%m-%d}.{form}"
    if form == "csv":
        return csv_response(exports_lines.lines_csv(rows), name)
    return xlsx_response(exports_lines.lines_xlsx(rows), name)


@allow(*FLEET_MANAGERS)
@require_GET
def line_calendar(request: HttpRequest) -> HttpResponse:
    """Download the last days of notice as a calendar."""
    user = signed_in(request)
    rows = lines_for(user, LineFilterForm(request.GET, user=user).wanted())
    data = exports_lines.calendar(rows.filter(closed_on__isnull=True), request.get_host())
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="preavis-lignes.ics"'
    return response


@allow(*FLEET_READERS)
@require_GET
def line_gaps(request: HttpRequest) -> HttpResponse:
    """Show the schools without a line at very high speed."""
    schools = gaps(signed_in(request))
    return show(request, "line_gaps.html", "lines", page=page_of(request, schools, 50))


@allow(*FLEET_READERS)
@require_GET
def line_gaps_export(request: HttpRequest) -> HttpResponse:
    """Download the schools without a line at very high speed."""
    data = exports_lines.gaps_xlsx(gaps(signed_in(request)))
    return xlsx_response(data, f"sans-tres-haut-debit-{clock.today():%Y-%m-%d}.xlsx")


@allow(*FLEET_READERS)
@require_GET
def line_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one line: what it is, what it was."""
    user = signed_in(request)
    line: InternetLine = get_visible(InternetLine.objects.select_related("school"), user, pk=pk)
    past = LineChange.objects.visible_to(user).filter(line=line).select_related("actor")
    is_manager = user.has_role(*FLEET_MANAGERS)
    return show(
        request,
        "line.html",
        "lines",
        line=line,
        past=[(change, list(_told(change))) for change in past],
        close_form=CloseLineForm() if is_manager and not line.closed_on else None,
        is_manager=is_manager,
        today=clock.today(),
    )


def _told(change: LineChange) -> Any:
    """Yield each fact of a change, before and after, in words."""
    for name in FACTS:
        if name in change.changes:
            field: Any = InternetLine._meta.get_field(name)
            label = str(field.verbose_name).removesuffix(" (centimes)")
            before, after = (_word(name, value) for value in change.changes[name])
            yield f"{label[:1].upper()}{label[1:]} : {before} → {after}"


def _word(name: str, value: Any) -> str:
    if name == "monthly_cents":
        return format_euros(value)
    if name == "technology":
        return str(InternetLine.Technology(value).label)
    if name in ("starts_on", "contract_end"):
        year, month, day = str(value).split("-")
        return f"{day}/{month}/{year}"
    return str(value)


@allow(*FLEET_MANAGERS)
@require_http_methods(["GET", "POST"])
@once
def line_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a line, or change it from a day on."""
    rows = InternetLine.objects.select_related("school")
    line = get_visible(rows, signed_in(request), pk=pk) if pk else None
    form = LineForm(request.POST or None, instance=line)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        try:
            if line is None:
                line = open_line(by=by, line=form.save(commit=False))
            else:
                since = form.cleaned_data["since"]
                change_line(by=by, line=line, since=since, facts=form.facts())
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("Ligne enregistrée."))
            return redirect("classrooms:line", line.pk)
    status = 422 if form.is_bound else 200
    return show(request, "line_edit.html", "lines", status, form=form, line=line)


@allow(*FLEET_MANAGERS)
@require_POST
def line_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a line."""
    line: InternetLine = get_visible(InternetLine.objects, signed_in(request), pk=pk)
    form = CloseLineForm(request.POST)
    if not form.is_valid():
        raise RuleBroken("closed_on", _("Écrivez le jour de la résiliation."), "closed_on")
    close_line(by=Actor.of(request), line=line, closed_on=form.cleaned_data["closed_on"])
    messages.success(request, _("Ligne résiliée."))
    return redirect("classrooms:line", line.pk)
