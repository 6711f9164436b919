"""The queue of faults at a desk and on the road: list, several at once, a round, figures."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from classrooms import actions, charts
from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.exports_incidents import promises_csv, promises_xlsx
from classrooms.forms_incidents import IncidentFilterForm, PeriodForm
from classrooms.models import Incident
from classrooms.queries.incidents import (
    models_in_queue,
    queue_for,
    round_of,
    schools_with_faults,
    spares_to_bring,
)
from classrooms.queries.promises import Kept, promises_kept
from classrooms.views.common import number, page_of, schools_within_reach, show
from classrooms.views.ticking import PARAM, ticks
from core import clock
from core.access import allow, signed_in
from core.journal import Actor
from core.spreadsheets import csv_response, xlsx_response


@allow(*FLEET_READERS)
@require_GET
def incident_list(request: HttpRequest) -> HttpResponse:
    """Show what is to be settled, what is due first at the top."""
    user, today = signed_in(request), clock.today()
    form = IncidentFilterForm(
        request.GET, schools=schools_within_reach(user), models=models_in_queue(user)
    )
    rows = queue_for(user, form.wanted(), today)
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(PARAM, None)
    page = page_of(request, rows)
    return show(
        request,
        "incidents.html",
        "incidents",
        form=form,
        page=page,
        ticks=ticks(
            request,
            "incident",
            [row for row in page if row.state == Incident.State.REPORTED],
            value=lambda row: row.public_id,
            by=[lambda row: (row.school_id, row.school or "—")],
        ),
        query=query.urlencode(),
        today=today,
    )


@allow(*FLEET_STAFF)
@require_POST
def take_several(request: HttpRequest) -> HttpResponse:
    """Take the faults that were ticked on, together."""
    wanted = [key for text in request.POST.getlist("incident")[:100] if (key := _uuid(text))]
    rows = Incident.objects.visible_to(signed_in(request)).filter(public_id__in=wanted)
    taken = actions.take_on_all(
        by=Actor.of(request), incidents=rows.filter(state=Incident.State.REPORTED)
    )
    if taken:
        said = ngettext(
            "C’est noté : vous vous occupez de %(count)d panne.",
            "C’est noté : vous vous occupez de %(count)d pannes.",
            len(taken),
        )
        messages.success(request, said % {"count": len(taken)})
    else:
        messages.info(
            request, _("Rien n’a changé : cochez des pannes que personne n’a encore prises.")
        )
    return redirect(reverse("classrooms:incidents") + "?who=mine")


@allow(*FLEET_READERS)
@require_GET
def tour(request: HttpRequest) -> HttpResponse:
    """Choose schools, then print the round: where to go, what waits there, what to bring."""
    user, today = signed_in(request), clock.today()
    chosen = [key for text in request.GET.getlist("school")[:100] if (key := number(text))]
    stops = round_of(user, chosen) if chosen else []
    schools = [] if stops else schools_with_faults(user, today)
    return show(
        request,
        "tour.html",
        "tour",
        stops=stops,
        bring=spares_to_bring(user, stops) if stops else [],
        schools=schools,
        ticks=ticks(
            request,
            "school",
            schools,
            value=lambda row: row["school"],
            by=[lambda row: (row["school__district"], row["school__district"])],
        ),
        asked="preparer" in request.GET,
        total=sum(len(stop.incidents) for stop in stops),
        today=today,
    )


@allow(*FLEET_READERS)
@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    """Show which promises were kept: by month, by school, by model."""
    form = PeriodForm(request.GET)
    start, end = form.period(clock.today())
    figures = promises_kept(signed_in(request), start, end, clock.today())
    form = PeriodForm(initial={"start": start, "end": end})
    return show(
        request,
        "promises.html",
        "promises",
        form=form,
        figures=figures,
        bars=_bars(figures.months),
        groups=[
            ("ecoles", _("Par école"), _("École"), figures.schools[:30]),
            ("modeles", _("Par modèle"), _("Modèle"), figures.models[:30]),
        ],
        query=f"start={start}&end={end}",
        start=start,
        end=end,
    )


@allow(*FLEET_READERS)
@require_GET
def promises_export(request: HttpRequest, form: str) -> HttpResponse:
    """Download the figures of the period."""
    start, end = PeriodForm(request.GET).period(clock.today())
    figures = promises_kept(signed_in(request), start, end, clock.today())
    name = f"pannes-delais-{start}-{end}.{form}"
    if form == "csv":
        return csv_response(promises_csv(figures), name)
    return xlsx_response(promises_xlsx(figures), name)


def _bars(months: Iterable[Kept]) -> list[tuple[charts.Bar, Kept]]:
    months = list(months)
    tones: list[tuple[str, Any, str]] = [
        ("in_time", _("dans les délais"), "success"),
        ("late", _("hors délai"), "urgent"),
        ("open", _("délai en cours"), "plain"),
    ]
    rows = [
        (
            month.label,
            {
                "in_time": month.in_time,
                "late": month.answered - month.in_time,
                "open": month.count - month.answered,
            },
        )
        for month in months
    ]
    return list(zip(charts.bars(rows, tones), months, strict=True))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
