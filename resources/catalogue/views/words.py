"""The editors' pages about words: ways to say one thing, and what nobody found."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from core.spreadsheets import Column, csv_response, write_csv, write_xlsx, xlsx_response
from enrolment.schools.models import School
from resources.catalogue import missed, rules, synonyms
from resources.catalogue.access import EDITORS
from resources.catalogue.models import MissedCount, MissedQuery, SynonymChange, SynonymGroup


@allow(*EDITORS)
def synonym_list(request: HttpRequest) -> HttpResponse:
    """Show the groups in force, a form for a new one, and the last changes to undo."""
    user = signed_in(request)
    query = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    groups = SynonymGroup.objects.visible_to(user).filter(active=True)
    if query:
        groups = groups.filter(key__contains=synonyms.key_of([query]) or query)
    edited = request.GET.get("modifier", "")
    context = {
        "page_obj": page_of(request, groups),
        "q": query,
        "edited": int(edited) if edited.isascii() and edited.isdigit() else 0,
        "changes": SynonymChange.objects.visible_to(user).select_related("group", "by")[:8],
    }
    return render(request, "catalogue/synonyms.html", context)


@allow(*EDITORS)
@require_POST
def synonym_save(request: HttpRequest) -> HttpResponse:
    """Add a group, change one, or take one out."""
    user, by = signed_in(request), Actor.of(request)
    group = None
    if pk := request.POST.get("group", ""):
        group = get_visible(SynonymGroup.objects, user, pk=pk if pk.isdecimal() else 0)
    try:
        if group is not None and request.POST.get("do") == "remove":
            synonyms.remove(by=by, group=group)
            messages.success(request, _("Ce groupe n’est plus utilisé. Vous pouvez annuler."))
        else:
            words = request.POST.get("words", "")[:2000].replace("\n", ",").split(",")
            saved = synonyms.save(by=by, group=group, words=words)
            messages.success(
                request,
                _("Enregistré : la recherche en tient compte dans quelques secondes. %(words)s")
                % {"words": str(saved)},
            )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("catalogue:synonyms")


@allow(*EDITORS)
@require_POST
def synonym_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a group back as it was before a change."""
    change = get_visible(SynonymChange.objects, signed_in(request), pk=pk)
    try:
        synonyms.undo(by=Actor.of(request), change=change)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("Le changement est annulé."))
    return redirect("catalogue:synonyms")


def _known(request: HttpRequest) -> tuple[QuerySet[MissedQuery], dict[str, str]]:
    """Return the queries whose words may be read, narrowed by the page's filters."""
    chosen = {
        "etat": request.GET.get("etat", "open"),
        "niveau": request.GET.get("niveau", ""),
    }
    rows = MissedQuery.objects.visible_to(signed_in(request)).exclude(text="")
    if chosen["etat"] in MissedQuery.State.values:
        rows = rows.filter(state=chosen["etat"])
    counts = MissedCount.objects.all()
    if chosen["niveau"] in rules.LEVELS:
        counts = counts.filter(level=chosen["niveau"])
        rows = rows.filter(counts__in=counts)
    return (
        rows.annotate(total=Sum("counts__count"), last=Max("counts__month")).order_by(
            "-total", "text"
        ),
        chosen,
    )


def _by_level(rows: list[MissedQuery]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    counts = MissedCount.objects.filter(query__in=[row.pk for row in rows])
    for query, level, total in (
        counts.order_by().values_list("query", "level").annotate(total=Sum("count"))
    ):
        found.setdefault(query, {})[level] = total
    return found


@allow(*EDITORS)
def missed_list(request: HttpRequest) -> HttpResponse:
    """Show what several people looked for and nobody found, most asked first."""
    rows, chosen = _known(request)
    page = page_of(request, rows)
    listed = list(page.object_list)
    levels = _by_level(listed)
    shown: list[dict[str, Any]] = [
        {
            "query": row,
            "levels": [
                (level or _("niveau non précisé"), levels[row.pk][level])
                for level in (*rules.LEVELS, "")
                if level in levels.get(row.pk, {})
            ],
            "search": f"{reverse('catalogue:search')}?{urlencode({'q': row.text})}",
        }
        for row in listed
    ]
    everything = MissedQuery.objects.visible_to(signed_in(request))
    counts = {
        state: everything.filter(state=state).exclude(text="").count()
        for state in MissedQuery.State.values
    }
    context = {
        "page_obj": page,
        "listed": shown,
        "tabs": [(code, label, counts[code]) for code, label in MissedQuery.State.choices],
        "state": chosen["etat"],
        "level": chosen["niveau"],
        "levels": rules.LEVELS,
        "waiting": everything.filter(text="").count(),
        "enough": missed.ENOUGH,
    }
    return render(request, "catalogue/missed.html", context)


@allow(*EDITORS)
@require_POST
def missed_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a query as bought, without follow-up, or to study again."""
    query = get_object_or_404(
        MissedQuery.objects.visible_to(signed_in(request)).exclude(text=""), pk=pk
    )
    to = request.POST.get("to", "")
    try:
        missed.decide(by=Actor.of(request), query=query, to=to)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, _("C’est noté."))
    return redirect(
        f"{reverse('catalogue:missed')}?{urlencode({'etat': request.POST.get('from', '')})}"
    )


@allow(*EDITORS)
def missed_export(request: HttpRequest, form: str) -> HttpResponse:
    """Give the readable queries as a table: by month, level and kind of school."""
    rows, _chosen = _known(request)
    columns = [
        Column(_("Recherche"), width=40),
        Column(_("État"), width=18),
        Column(_("Mois"), kind="date"),
        Column(_("Niveau")),
        Column(_("Type d’école"), width=20),
        Column(_("Demandes"), kind="integer"),
    ]
    counts = MissedCount.objects.filter(query__in=rows.values("pk")).select_related("query")
    kinds = dict(School.Kind.choices)
    table = (
        [
            row.query.text,
            row.query.get_state_display(),
            row.month,
            row.level,
            str(kinds.get(row.school_kind, "")),
            row.count,
        ]
        for row in counts.order_by("query__text", "month", "level", "school_kind")
    )
    name = f"recherches-sans-reponse-{clock.today().isoformat()}.{form}"
    if form == "csv":
        return csv_response(write_csv(columns, table), name)
    return xlsx_response(write_xlsx(_("Recherches"), columns, table), name)
