"""Resources that may be one, side by side: keep one, or tell them apart."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.journal import Actor
from core.paging import page_of
from core.queueing import later
from resources.catalogue import duplicates, history, replacing
from resources.catalogue.access import EDITORS
from resources.catalogue.models import DuplicatePair, DuplicateScan
from resources.catalogue.wording import Wording

_REASONS = {
    "url": gettext_lazy("même adresse"),
    "title": gettext_lazy("titres proches"),
    "text": gettext_lazy("descriptions proches"),
}


@allow(*EDITORS)
def listing(request: HttpRequest) -> HttpResponse:
    """List the pairs to look at, surest first, or those told apart."""
    visible = DuplicatePair.objects.visible_to(signed_in(request))
    state = "apart" if request.GET.get("etat") == "apart" else "open"
    counts = dict(visible.order_by().values_list("state").annotate(n=Count("pk")))
    rows = visible.filter(state=state).select_related("first", "second").order_by("-score", "pk")
    page = page_of(request, rows)
    context = {
        "page_obj": page,
        "listed": [
            {"pair": pair, "reasons": [str(_REASONS[code]) for code in pair.reasons]}
            for pair in page
        ],
        "state": state,
        "tabs": [
            ("open", _("À examiner"), counts.get("open", 0)),
            ("apart", _("Pas des doublons"), counts.get("apart", 0)),
        ],
        "last": DuplicateScan.objects.first(),
    }
    return render(request, "catalogue/duplicates.html", context)


@allow(*EDITORS)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Have the catalogue compared again now."""
    signed_in(request)
    later("catalogue.find_duplicates")
    messages.success(request, _("La recherche est lancée. Rechargez cette page dans une minute."))
    return redirect("catalogue:duplicates")


@allow(*EDITORS)
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two resources side by side, with what each says differently."""
    pair: DuplicatePair = get_visible(
        DuplicatePair.objects.select_related("first", "second", "decided_by"),
        signed_in(request),
        pk=pk,
    )
    facts = history.snapshots([pair.first_id, pair.second_id])
    wording = Wording()
    one, other = facts[pair.first_id], facts[pair.second_id]
    rows: list[dict[str, Any]] = [
        {
            "change": wording.change(change),
            "takable": change.name not in replacing.NOT_TAKEN,
        }
        for change in history.differences(one, other)
    ]
    context = {
        "pair": pair,
        "reasons": [str(_REASONS[code]) for code in pair.reasons],
        "rows": rows,
        "sides": [
            {"resource": row, "followed": row.favourites.count()}
            for row in (pair.first, pair.second)
        ],
    }
    return render(request, "catalogue/duplicate.html", context)


@allow(*EDITORS)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep one of the two, tell them apart, or look again at what was told apart."""
    pair: DuplicatePair = get_visible(
        DuplicatePair.objects.select_related("first", "second"), signed_in(request), pk=pk
    )
    by, do = Actor.of(request), request.POST.get("do", "")
    try:
        if do == "apart":
            duplicates.keep_apart(by=by, pair=pair)
            messages.success(request, _("C’est noté : elles ne seront plus proposées ensemble."))
            return redirect("catalogue:duplicates")
        if do == "reopen":
            duplicates.reopen(by=by, pair=pair)
            return redirect("catalogue:duplicate", pk=pk)
        if do in {"first", "second"}:
            return _replace(request, pair, do, by)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("catalogue:duplicate", pk=pk)


def _replace(request: HttpRequest, pair: DuplicatePair, side: str, by: Actor) -> HttpResponse:
    kept, gone = pair.first, pair.second
    seen = [
        _number(request.POST.get("first_seen", "")),
        _number(request.POST.get("second_seen", "")),
    ]
    if side == "second":
        kept, gone = gone, kept
        seen.reverse()
    heir = replacing.replace(
        by=by,
        pair=pair,
        kept=kept,
        gone=gone,
        seen=(seen[0], seen[1]),
        take=request.POST.getlist("take"),
    )
    messages.success(
        request, _("C’est fait : l’ancienne adresse mène à « %(title)s ».") % {"title": heir.title}
    )
    return redirect("catalogue:edit", identifier=heir.identifier)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else -1
