"""The city's return to school: started, followed school by school, summed up, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.season import actions, papers
from classrooms.season.forms import StartForm
from classrooms.season.models import SeasonRun
from classrooms.season.queries import Row, current_run, rows_of
from classrooms.views.common import page_of, show
from core.access import allow, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.pdf import pdf_response
from core.spreadsheets import xlsx_response


@allow(*FLEET_STAFF)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show how far each school is, or how to begin."""
    return _page(request, StartForm())


def _page(request: HttpRequest, form: StartForm, status: int = 200) -> HttpResponse:
    user = signed_in(request)
    run = current_run(user)
    rows = rows_of(user, run) if run else []
    left = request.GET.get("left") == "1"
    shown = [row for row in rows if not row.is_complete] if left else rows
    return show(
        request,
        "season/overview.html",
        "season",
        status=status,
        run=run,
        rows=rows,
        page=page_of(request, shown, 50),
        left=left,
        complete=sum(row.is_complete for row in rows),
        missing=sum(row.figure("loans", "missing") or 0 for row in rows),
        handed=sum(row.figure("carts", "handed") or 0 for row in rows),
        form=form,
        may_decide=user.has_role(*FLEET_MANAGERS),
    )


@allow(*FLEET_MANAGERS)
@require_http_methods(["POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begin a year's return to school, or add the schools equipped since."""
    form = StartForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        run, _new = actions.start(by=Actor.of(request), **form.cleaned_data)
    except RuleBroken as broken:
        show_broken(form, broken)
        return _page(request, form, 409)
    count = run.seasons.count()
    messages.success(
        request,
        ngettext(
            "La rentrée est ouverte pour %(count)d école.",
            "La rentrée est ouverte pour %(count)d écoles.",
            count,
        )
        % {"count": count},
    )
    return redirect("season:overview")


@allow(*FLEET_MANAGERS)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the present run, or open it again, as the button said; twice is once."""
    run = current_run(signed_in(request))
    if run is None:
        raise RuleBroken("none", _("Aucune rentrée n’est ouverte."))
    wanted = request.POST.get("to")
    if wanted == SeasonRun.State.CLOSED and run.state == SeasonRun.State.OPEN:
        actions.finish(by=Actor.of(request), run=run)
        messages.success(request, _("La rentrée est terminée."))
    elif wanted == SeasonRun.State.OPEN and run.state == SeasonRun.State.CLOSED:
        actions.take_up(by=Actor.of(request), run=run)
        messages.success(request, _("La rentrée est de nouveau ouverte."))
    return redirect("season:overview")


@allow(*FLEET_STAFF)
@require_GET
def summary(request: HttpRequest, form: str) -> HttpResponse:
    """Download what was done, school by school, as one may see it."""
    run, rows = _summed(request)
    name = f"rentree-{run}.{form}"
    if form == "pdf":
        return pdf_response(papers.summary_pdf(run, rows), name)
    return xlsx_response(papers.summary_xlsx(rows), name)


def _summed(request: HttpRequest) -> tuple[SeasonRun, list[Row]]:
    user = signed_in(request)
    run = current_run(user)
    if run is None:
        raise Http404
    return run, rows_of(user, run)
