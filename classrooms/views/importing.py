"""Tables of devices: brought, explained, tried, written, taken back."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from classrooms.access import FLEET_MANAGERS, FLEET_STAFF
from classrooms.forms_importing import TableForm
from classrooms.importing import packing, runs
from classrooms.importing.report import annotated
from classrooms.importing.subjects import keys_of, passed_over, targets_of
from classrooms.models import DeviceCategory, DeviceModel, ImportProfile, ImportRun, InternetLine
from classrooms.views.common import number, page_of, schools_within_reach, show
from core.access import allow, get_visible, signed_in
from core.importing import pages
from core.importing.plans import OUTCOMES, REJECTED, WRITING
from core.journal import Actor
from core.spreadsheets import xlsx_response

_State = ImportRun.State
#: Lines of a trial on one page: each says much, and they are read on telephones too.
_LINES = 12


@allow(*FLEET_STAFF)
def import_list(request: HttpRequest) -> HttpResponse:
    """Take a table; list the last ones."""
    user = signed_in(request)
    manages = user.has_role(*FLEET_MANAGERS)
    form = TableForm(
        request.POST or None,
        request.FILES or None,
        lines=manages,
        initial={"subject": request.GET.get("contenu", ImportRun.Subject.DEVICES)[:8]},
    )
    if (run := pages.take(request, form, runs.receive)) is not None:
        return redirect("classrooms:import", public_id=run.public_id)
    listed = (
        ImportRun.objects.visible_to(user)
        .select_related("profile", "started_by")
        .defer("cells", "report", "written")
    )
    if not manages:
        listed = listed.exclude(subject=ImportRun.Subject.LINES)
    return show(
        request,
        "imports.html",
        "imports",
        status=422 if form.errors else 200,
        form=form,
        page=page_of(request, listed),
        suppliers=ImportProfile.objects.visible_to(user).values_list("name", flat=True),
    )


@allow(*FLEET_STAFF)
def import_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a table would do and ask what is not understood, or what became of it."""
    user = signed_in(request)
    found = _run(request, public_id)
    if request.method == "POST":
        return _decide(request, found)
    context: dict[str, Any] = {"run": found}
    if found.is_busy:
        return show(request, "import_busy.html", "imports", **context)
    report = packing.unpack(found.report)
    if report:
        context |= _lines(request, found, report)
    if found.state != _State.READY:
        if found.state == _State.APPLIED:
            context["obstacles"] = runs.why_not_undo(found)
        return show(request, "import_done.html", "imports", **context)
    context |= {
        "report": report,
        "targets": [
            (target, report["titles"][report["columns"][target.code]])
            if target.code in report["columns"]
            else (target, "")
            for target in targets_of(found)
        ],
        "measured": [str(title) for title in passed_over(found) if str(title) in report["titles"]],
        "questions": _questions(report),
        "writes": sum(found.counts.get(outcome, 0) for outcome in WRITING),
        "named": keys_of(found) & set(report["columns"]),
    }
    # Words are explained first; the lines follow, unless one is reading them.
    asked = "effet" in request.GET or "page" in request.GET
    context["unfolded"] = asked or not context["questions"]
    context["asked_first"] = not asked
    if any(question["kind"] == "place" for question in context["questions"]):
        context["schools"] = schools = schools_within_reach(user)
        _guess(context["questions"], {school.uai for school in schools})
    return show(request, "import_run.html", "imports", **context)


def _guess(questions: list[dict[str, Any]], codes: set[str]) -> None:
    """Answer for the person where the word is a school's code, in a column that wants names."""
    for question in questions:
        code = question["word"].replace(" ", "").upper()
        question["guess"] = code if question["kind"] == "place" and code in codes else ""


def _run(request: HttpRequest, public_id: uuid.UUID) -> ImportRun:
    rows = ImportRun.objects.select_related("profile", "started_by", "decided_by")
    found: ImportRun = get_visible(rows, signed_in(request), public_id=public_id)
    if found.subject == ImportRun.Subject.LINES and not signed_in(request).has_role(
        *FLEET_MANAGERS
    ):
        raise Http404
    return found


def _lines(request: HttpRequest, found: ImportRun, report: dict[str, Any]) -> dict[str, Any]:
    """Return the lines of one outcome, those to correct first."""
    lines = report["lines"]
    shown = request.GET.get("effet", "")
    if shown not in OUTCOMES:
        shown = REJECTED if found.counts.get(REJECTED) and "effet" not in request.GET else ""
    return {
        "tabs_of": pages.tabs(found.counts, len(lines)),
        "shown": shown,
        "page": page_of(request, [row for row in lines if not shown or row["o"] == shown], _LINES),
    }


def _questions(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the words nobody has explained, with what they may mean."""
    choices: list[tuple[Any, list[tuple[str, str]]]] = []
    technologies = [(str(code), str(label)) for code, label in InternetLine.Technology.choices]
    asked: dict[str, Any] = {"technology": [(_("C’est une ligne de cette sorte"), technologies)]}
    if any(kind == "model" for kind, _word, _lines in report["unknown"]):
        models = DeviceModel.objects.order_by("maker", "name")
        categories = DeviceCategory.objects.order_by("name")
        choices = [
            (_("C’est un modèle du parc"), [(f"pk:{model.pk}", str(model)) for model in models]),
            (
                _("C’est un nouveau modèle"),
                [
                    (f"new:{category.code}", _("Nouveau : %(kind)s") % {"kind": category.name})
                    for category in categories
                ],
            ),
        ]
    return [
        {
            "kind": kind,
            "name": f"v:{runs.values_key(kind, word)}",
            "word": word.replace("|", " ").strip(),
            "lines": count,
            "choices": choices if kind == "model" else asked.get(kind, []),
        }
        for kind, word, count in report["unknown"]
    ]


def _decide(request: HttpRequest, found: ImportRun) -> HttpResponse:
    """Remember what columns and words mean, and try again."""
    line = number(request.POST.get("header_line", "")) or 0
    decide = partial(
        runs.decide,
        by=Actor.of(request),
        run=found,
        columns=pages.columns_told(request, targets_of(found)),
        values=pages.words_told(request),
        header_line=line if 0 < line < 100_000 else None,
    )
    pages.done(request, decide, _("C’est noté pour cette provenance."))
    return redirect("classrooms:import", public_id=found.public_id)


@allow(*FLEET_STAFF)
@require_POST
def import_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write the trial that was shown, try again, give the table up, or take it back."""
    found, by, given = _run(request, public_id), Actor.of(request), request.POST
    if given.get("do") == "drop":
        if pages.drop(request, partial(runs.drop, by=by, run=found)):
            return redirect("classrooms:imports")
    elif given.get("do") == "retry":
        pages.done(request, partial(runs.retry, by=by, run=found, header_line=found.header_line))
    elif given.get("do") == "undo":
        pages.done(request, partial(runs.start_undo, by=by, run=found))
    else:
        version, digest = number(given.get("version", "")) or 0, given.get("digest", "")
        pages.done(request, partial(runs.start, by=by, run=found, version=version, digest=digest))
    return redirect("classrooms:import", public_id=public_id)


@allow(*FLEET_STAFF)
@require_GET
def import_annotated(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Download the table with what becomes of each line."""
    found = _run(request, public_id)
    report = packing.unpack(found.report)
    if found.is_busy or not report or not bytes(found.cells):
        messages.error(request, _("Ce tableau n’est plus là : rapportez-le pour un nouvel essai."))
        return redirect("classrooms:import", public_id=public_id)
    stem = found.filename.rsplit(".", 1)[0][:60] or "tableau"
    return xlsx_response(annotated(report, packing.unpack_grid(found.cells)), f"{stem}-essai.xlsx")
