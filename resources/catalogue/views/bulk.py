"""Many resources at once: what to change, the preview, the progress, going back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.keys import keys_of
from core.paging import page_of
from resources.catalogue import bulk, history, listing
from resources.catalogue.access import EDITORS
from resources.catalogue.bulk_form import BulkForm
from resources.catalogue.history import Change
from resources.catalogue.models import BulkEdit, Resource
from resources.catalogue.wording import Wording


def _chosen(request: HttpRequest, asked: QueryDict) -> list[int]:
    """Return the resources that were ticked, or all those of the list behind."""
    user = signed_in(request)
    if asked.get("tout") == "1":
        rows = listing.listed(user, listing.filters_of(QueryDict(asked.get("liste", "")[:2000])))
    else:
        keys = keys_of(asked.getlist("r"))
        rows = Resource.objects.visible_to(user).filter(pk__in=keys)
    return list(rows.order_by("pk").values_list("pk", flat=True)[: bulk.MAX_ROWS + 1])


@allow(*EDITORS)
def start(request: HttpRequest) -> HttpResponse:
    """Ask what to change on the resources chosen, then show what it would do."""
    asked = request.POST if request.method == "POST" else request.GET
    pks = _chosen(request, asked)
    if not pks:
        messages.error(request, _("Cochez d’abord des ressources dans la liste."))
        return redirect("catalogue:manage")
    form = BulkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            edit = bulk.prepare(
                by=Actor.of(request),
                pks=pks,
                operation=form.operation(),
                comment=form.cleaned_data["comment"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            return redirect("catalogue:bulk", public_id=edit.public_id)
    titles = Resource.objects.filter(pk__in=pks[:8]).order_by("title", "pk")
    context = {
        "form": form,
        "pks": pks if asked.get("tout") != "1" else [],
        "all": asked.get("tout") == "1",
        "query": asked.get("liste", "")[:2000],
        "count": len(pks),
        "titles": [row.title for row in titles],
    }
    return render(request, "catalogue/bulk_start.html", context)


@allow(*EDITORS)
def show(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what a bulk edit would do, does or did, resource by resource."""
    edit: BulkEdit = get_visible(
        BulkEdit.objects.select_related("started_by", "undo_of"),
        signed_in(request),
        public_id=public_id,
    )
    refused = [line for line in edit.lines if line["problem"]]
    accepted = [line for line in edit.lines if not line["problem"]]
    shown = request.GET.get("lignes", "")
    listed = refused if shown == "refus" else accepted
    page = page_of(request, listed)
    wording = Wording()
    cells = edit.counts.get("cells", {})
    context: dict[str, Any] = {
        "edit": edit,
        "page_obj": page,
        "shown": shown,
        "tabs": [
            ("", _("Modifiées"), len(accepted)),
            ("refus", _("Refusées"), len(refused)),
        ],
        "rows": [
            {
                "line": line,
                "changes": [
                    wording.change(Change(name, old, new))
                    for name, (old, new) in line["changes"].items()
                ],
            }
            for line in page
        ],
        "cells": [(history.LABELS[name], count) for name, count in sorted(cells.items())],
        "undone_by": edit.undone_by.filter(state=BulkEdit.State.APPLIED).first(),
    }
    return render(request, "catalogue/bulk.html", context)


@allow(*EDITORS)
@require_POST
def act(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Apply the preview that was shown, give it up, or preview going back."""
    edit: BulkEdit = get_visible(BulkEdit.objects, signed_in(request), public_id=public_id)
    by, do = Actor.of(request), request.POST.get("do")
    try:
        if do == "drop":
            bulk.drop(by=by, edit=edit)
            messages.success(request, _("C’est abandonné, rien n’a été écrit."))
            return redirect("catalogue:manage")
        if do == "undo":
            back = bulk.prepare_undo(by=by, edit=edit)
            return redirect("catalogue:bulk", public_id=back.public_id)
        bulk.start(by=by, edit=edit, digest=request.POST.get("digest", ""))
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("catalogue:bulk", public_id=public_id)


@allow(*EDITORS)
def edits(request: HttpRequest) -> HttpResponse:
    """List the bulk edits, last first."""
    rows = BulkEdit.objects.visible_to(signed_in(request)).select_related("started_by", "undo_of")
    page = page_of(request, rows.defer("lines"))
    return render(request, "catalogue/bulk_list.html", {"page_obj": page})
