"""Other catalogues: the list, one of them, one reading of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.keys import keys_of
from core.paging import ROWS, page_of
from resources.catalogue.access import EDITORS
from resources.catalogue.importing.columns import BY_CODE
from resources.catalogue.models import Term
from resources.catalogue.views import explaining
from resources.exchange.forms import SourceForm
from resources.exchange.harvest import records, sources
from resources.exchange.models import HarvestedRecord, HarvestRun, HarvestSource

_TABS = (
    ("refused", gettext_lazy("À corriger")),
    ("waiting", gettext_lazy("Modifications à examiner")),
    ("seen", gettext_lazy("À enregistrer")),
    ("kept", gettext_lazy("Au catalogue")),
    ("gone", gettext_lazy("Retirées")),
)


@allow(*EDITORS)
def index(request: HttpRequest) -> HttpResponse:
    """List the sources, with what came of the last reading of each."""
    user = signed_in(request)
    last = HarvestRun.objects.filter(source=OuterRef("pk")).order_by("-started_at", "-pk")
    listed = (
        HarvestSource.objects.visible_to(user)
        .annotate(
            last_state=Subquery(last.values("state")[:1]),
            last_at=Subquery(last.values("started_at")[:1]),
            kept=Count("records", filter=Q(records__state="kept")),
            refused=Count("records", filter=Q(records__state="refused")),
            waiting=Count("records", filter=Q(records__state="waiting")),
        )
        .order_by("name", "pk")
    )
    page = page_of(request, listed)
    words = dict(HarvestRun.State.choices)
    for row in page:
        row.last_word = words.get(row.last_state, "")
    return render(request, "exchange/sources.html", {"page_obj": page})


@allow(*EDITORS)
def edit(request: HttpRequest, public_id: uuid.UUID | None = None) -> HttpResponse:
    """Add a source, or change it."""
    known: HarvestSource | None = None
    if public_id is not None:
        known = get_visible(HarvestSource.objects, signed_in(request), public_id=public_id)
    form = SourceForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        by = Actor.of(request)
        try:
            stored = HarvestSource.objects.get(pk=known.pk) if known else None
            saved = sources.save(by=by, source=stored, facts=form.facts())
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            _tell_test(request, sources.probe(by=by, source=saved))
            return redirect("exchange:source", public_id=saved.public_id)
    return render(
        request,
        "exchange/source_edit.html",
        {"form": form, "source": known},
        status=422 if form.errors else 200,
    )


def _tell_test(request: HttpRequest, source: HarvestSource) -> None:
    if source.problem:
        messages.error(request, source.problem)
    else:
        messages.success(request, _("La source répond, et donne ce format."))


@allow(*EDITORS)
def source(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a source: what it says of itself, its words to explain, its notices, its readings."""
    user = signed_in(request)
    found: HarvestSource = get_visible(
        HarvestSource.objects.select_related("words"), user, public_id=public_id
    )
    counted = records.unknown_words(found).most_common()
    unknown = [(target, word, count) for (target, word), count in counted]
    context = {
        "source": found,
        **explaining.questions(unknown, Term.objects.all()),
        "runs": list(found.runs.select_related("started_by")[:10]),
        **_listed(request, found),
    }
    context["open_run"] = next((run for run in context["runs"] if run.is_open), None)
    return render(request, "exchange/source.html", context)


def _listed(request: HttpRequest, source: HarvestSource) -> dict[str, Any]:
    """Return the notices of a source, by what became of them."""
    rows = source.records.select_related("resource")
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    tabs = [(code, str(label), counts.get(code, 0)) for code, label in _TABS]
    shown = request.GET.get("notices", "")
    if shown not in {code for code, _label in _TABS}:
        shown = next((code for code, _label, count in tabs if count), "kept")
    page = page_of(request, rows.filter(state=shown).order_by("pk"))
    for record in page:
        record.told = [
            (BY_CODE[name].label if name in BY_CODE else name, old, new)
            for name, (old, new) in record.changes.items()
        ]
    return {"tabs": tabs, "shown": shown, "page_obj": page}


@allow(*EDITORS)
@require_POST
def act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Test, harvest, pause a source, explain its words, or decide upon its changes."""
    found: HarvestSource = get_visible(
        HarvestSource.objects.select_related("words"), signed_in(request), public_id=public_id
    )
    try:
        run = _do(request, found)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        run = None
    if run is not None:
        return redirect("exchange:run", public_id=run.public_id)
    return redirect("exchange:source", public_id=public_id)


def _do(request: HttpRequest, source: HarvestSource) -> HarvestRun | None:
    by, wish = Actor.of(request), request.POST.get("do", "")
    if wish == "test":
        _tell_test(request, sources.probe(by=by, source=source))
    elif wish in {"harvest", "everything"}:
        return sources.harvest(by=by, source=source, everything=wish == "everything")
    elif wish in {"pause", "wake"}:
        sources.pause(by=by, source=source, paused=wish == "pause")
        messages.success(request, _("C’est noté."))
    elif wish == "explain":
        readable = sources.explain(by=by, source=source, values=explaining.answers(request))
        messages.success(
            request,
            ngettext(
                "C’est noté pour cette source : %(n)d notice se lit maintenant.",
                "C’est noté pour cette source : %(n)d notices se lisent maintenant.",
                readable,
            )
            % {"n": readable},
        )
    elif wish in {"accept", "leave"}:
        _decide(request, source, accepted=wish == "accept")
    return None


def _decide(request: HttpRequest, source: HarvestSource, *, accepted: bool) -> None:
    keys = keys_of(request.POST.getlist("record")[:ROWS])
    count = sources.decide(by=Actor.of(request), source=source, keys=keys, accepted=accepted)
    told = ngettext("%(n)d notice traitée.", "%(n)d notices traitées.", count)
    messages.success(request, told % {"n": count})


@allow(*EDITORS)
def run(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show how far a reading is, what it brought, and what there is to decide."""
    user = signed_in(request)
    found: HarvestRun = get_visible(
        HarvestRun.objects.select_related("source", "started_by"), user, public_id=public_id
    )
    counts = found.counts.get("written", found.counts)
    context: dict[str, Any] = {
        "run": found,
        "source": found.source,
        "moving": found.state in {"running", "applying"},
        "read": found.counts.get("seen", 0),
        "facts": [
            (_("Lues"), found.counts.get("seen", 0)),
            (_("Nouvelles"), counts.get("create", 0)),
            (_("Modifiées"), counts.get("update", 0)),
            (_("Inchangées"), counts.get("unchanged", 0)),
            (_("À examiner"), counts.get("waiting", 0)),
            (_("Retirées"), found.counts.get("deleted", 0)),
            (_("Écartées"), counts.get("rejected", 0)),
        ],
        "ready": HarvestedRecord.objects.filter(source=found.source, state="seen").count()
        if found.state in {"review", "applying"}
        else 0,
        **_listed(request, found.source),
    }
    return render(request, "exchange/run.html", context)


@allow(*EDITORS)
@require_POST
def run_act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Accept a first reading, give a reading up, or go on with one that stopped."""
    found: HarvestRun = get_visible(
        HarvestRun.objects.select_related("source"), signed_in(request), public_id=public_id
    )
    by = Actor.of(request)
    acts = {"accept": sources.accept, "drop": sources.drop, "resume": sources.resume}
    wish = acts.get(request.POST.get("do", ""))
    if wish is not None:
        try:
            wish(by=by, run=found)
        except RuleBroken as broken:
            messages.error(request, broken.message)
    return redirect("exchange:run", public_id=public_id)
