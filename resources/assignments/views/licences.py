"""Counted licences, for editors: what is taken, what is left, what ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.access import allow, signed_in
from core.accounts.models import User
from core.paging import page_of
from core.spreadsheets import Column, write_xlsx, xlsx_response
from resources.assignments import rules, seats
from resources.assignments.models import Seat
from resources.catalogue.access import EDITORS
from resources.catalogue.models import Resource
from resources.search.analysis import stems

FILTERS = (
    ("", gettext_lazy("Toutes")),
    ("complet", gettext_lazy("Complètes aujourd’hui")),
    ("bientot", gettext_lazy("Se terminent dans deux mois")),
    ("terminee", gettext_lazy("Terminées")),
)


def _counted(user: User, words: str) -> QuerySet[Any]:
    """Return the resources whose accesses are counted, with those held today."""
    held = (
        Seat.objects.filter(resource=OuterRef("pk"), day=clock.today())
        .order_by()
        .values("resource")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows: QuerySet[Any] = (
        Resource.objects.visible_to(user)
        .filter(licence_seats__isnull=False)
        .annotate(held=Coalesce(Subquery(held), 0))
    )
    for stem in stems(words):
        rows = rows.filter(search_text__contains=f" {stem}")
    return rows


def _kept(rows: QuerySet[Any], which: str) -> QuerySet[Any]:
    today = clock.today()
    if which == "complet":
        return rows.filter(held__gte=F("licence_seats"))
    if which == "bientot":
        soon = today + dt.timedelta(days=rules.EXPIRING_DAYS)
        return rows.filter(open_to__gte=today, open_to__lte=soon)
    if which == "terminee":
        return rows.filter(open_to__lt=today)
    return rows


def _lines(resources: list[Any]) -> list[dict[str, Any]]:
    found, busiest = seats.licences(resources), seats.busiest(resources)
    lines = []
    for row in resources:
        licence = found[row.pk]
        label, tone = seats.STATUS[licence.status]
        most, day = busiest.get(row.pk, (0, None))
        lines.append(
            {
                "resource": row,
                "licence": licence,
                "label": label,
                "tone": tone,
                "most": most,
                "most_on": day,
            }
        )
    return lines


def _asked(request: HttpRequest) -> tuple[QuerySet[Any], str, str]:
    words = request.GET.get("q", "").strip()[:100]
    which = request.GET.get("etat", "")
    rows = _kept(_counted(signed_in(request), words), which)
    return rows.order_by(F("open_to").asc(nulls_last=True), "title", "pk"), words, which


@allow(*EDITORS)
def licences(request: HttpRequest) -> HttpResponse:
    """List counted licences: full, ending soon, ended."""
    rows, words, which = _asked(request)
    every = _counted(signed_in(request), words)
    page = page_of(request, rows)
    tabs = [(code, label, _kept(every, code).count()) for code, label in FILTERS]
    return render(
        request,
        "assignments/licences.html",
        {"page_obj": page, "lines": _lines(list(page)), "tabs": tabs, "state": which, "q": words},
    )


@allow(*EDITORS)
def licences_xlsx(request: HttpRequest) -> HttpResponse:
    """Hand out the same list as a workbook."""
    rows, _words, _which = _asked(request)
    columns = [
        Column(_("Identifiant"), width=14),
        Column(_("Titre"), width=44),
        Column(_("Un accès"), width=18),
        Column(_("Achetés"), "integer", 10),
        Column(_("Pris aujourd’hui"), "integer", 16),
        Column(_("Libres"), "integer", 10),
        Column(_("Au plus, à venir"), "integer", 16),
        Column(_("Dernier jour"), "date", 14),
        Column(_("État"), width=20),
    ]
    table = (
        (
            line["resource"].identifier,
            line["resource"].title,
            line["resource"].get_licence_unit_display(),
            line["licence"].bought,
            line["licence"].taken,
            line["licence"].left,
            line["most"],
            line["resource"].open_to,
            line["label"],
        )
        for line in _lines(list(rows))
    )
    name = f"licences-{clock.today():%Y-%m-%d}.xlsx"
    return xlsx_response(write_xlsx(_("Licences"), columns, table), name)
