"""Lists of families as a table to download."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.journal import Actor
from families.access.desk import DESK_AGENTS
from families.actions.exports import ask_export
from families.desk.search import LONGEST_QUERY
from families.models import FamilyExport


@allow(*DESK_AGENTS)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the list a search finds."""
    query = " ".join(request.POST.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    kind = "csv" if request.POST.get("format") == "csv" else "xlsx"
    export = ask_export(by=Actor.of(request), query=query, kind=kind)
    return redirect("families:export", public_id=export.public_id)


@allow(*DESK_AGENTS)
def export(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show how far a list is, then where to fetch it."""
    found: FamilyExport = get_visible(
        FamilyExport.objects.select_related("document"), signed_in(request), public_id=public_id
    )
    return render(request, "families/desk/export.html", {"export": found})
