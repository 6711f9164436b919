"""The editor's tables: received, explained, tried, written."""

from __future__ import annotations

import uuid
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.importing import pages
from core.importing.plans import REJECTED, WRITING
from core.journal import Actor
from core.paging import page_of
from resources.catalogue.access import EDITORS
from resources.catalogue.importing import runs
from resources.catalogue.importing.columns import TARGETS
from resources.catalogue.importing_forms import TableForm
from resources.catalogue.models import ImportProfile, ImportRun, Term
from resources.catalogue.views import explaining


@allow(*EDITORS)
def start(request: HttpRequest) -> HttpResponse:
    """Take a table; list the last ones."""
    user = signed_in(request)
    form = TableForm(request.POST or None, request.FILES or None)
    if (found := pages.take(request, form, runs.receive)) is not None:
        return redirect("catalogue:import_run", public_id=found.public_id)
    listed = (
        ImportRun.objects.visible_to(user).select_related("profile", "started_by").defer("data")
    )
    page = page_of(request, listed)
    suppliers = ImportProfile.objects.visible_to(user).values_list("name", flat=True)
    return render(
        request,
        "catalogue/import_start.html",
        {"form": form, "page_obj": page, "suppliers": suppliers},
        status=422 if form.errors else 200,
    )


@allow(*EDITORS)
def run(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a table would do, ask what is not understood, or say what became of it."""
    user = signed_in(request)
    found: ImportRun = get_visible(
        ImportRun.objects.select_related("profile"), user, public_id=public_id
    )
    context: dict[str, object] = {"run": found}
    if found.state not in {ImportRun.State.DRAFT, ImportRun.State.FAILED}:
        return render(request, "catalogue/import_done.html", context)
    if request.method == "POST":
        return _decide(request, found)
    try:
        table, plan = runs.try_out(found)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("catalogue:import_start")
    shown = request.GET.get("lignes", REJECTED if plan.counts[REJECTED] else "")
    lines = [line for line in plan.lines if not shown or line.outcome == shown]
    columns = runs.columns_of(found, table)
    counted = plan.unknown.most_common()
    unknown = [(word.target, word.value, count) for word, count in counted]
    context |= {
        "plan": plan,
        "tabs": pages.tabs(plan.counts, len(plan.lines)),
        "shown": shown,
        "page_obj": page_of(request, lines),
        "targets": [(target, columns.get(target.code, "")) for target in TARGETS],
        "header": table.header,
        **explaining.questions(unknown, Term.objects.filter(reads_as_filter=True)),
        "writes": sum(plan.counts[outcome] for outcome in WRITING),
    }
    return render(request, "catalogue/import_run.html", context)


def _decide(request: HttpRequest, found: ImportRun) -> HttpResponse:
    """Remember what columns and values mean, and try again."""
    decide = partial(
        runs.decide,
        by=Actor.of(request),
        run=found,
        columns=pages.columns_told(request, TARGETS),
        values=explaining.answers(request),
    )
    said = _("C’est noté pour ce fournisseur. Voici le nouvel essai.")
    pages.done(request, decide, said)
    return redirect("catalogue:import_run", public_id=found.public_id)


@allow(*EDITORS)
@require_POST
def act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Write the plan that was shown, or give the table up."""
    found: ImportRun = get_visible(ImportRun.objects, signed_in(request), public_id=public_id)
    by, given = Actor.of(request), request.POST
    if given.get("do") == "drop":
        if pages.drop(request, partial(runs.drop, by=by, run=found)):
            return redirect("catalogue:import_start")
    else:
        digest, publish = given.get("digest", ""), given.get("publish") == "1"
        pages.done(request, partial(runs.start, by=by, run=found, digest=digest, publish=publish))
    return redirect("catalogue:import_run", public_id=public_id)
