"""The editor's list taken out in a form."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render

from core.access import allow, get_visible, signed_in
from core.journal import Actor
from resources.catalogue import listing
from resources.catalogue.access import EDITORS
from resources.exchange import exports
from resources.exchange.formats.files import FORMS
from resources.exchange.models import CatalogueExport


def _say_nothing(_done: int) -> None:
    """Tell nobody how far a list is: it is being read as it is written."""


@allow(*EDITORS)
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give a short list at once; offer to have a long one made."""
    chosen = FORMS.get(form)
    if chosen is None:
        raise Http404
    filters = listing.filters_of(request.GET)
    rows = exports.rows_of(signed_in(request), filters)
    total = rows.count()
    if total <= exports.AT_ONCE:
        answer = StreamingHttpResponse(
            chosen.write(rows, _say_nothing), content_type=chosen.content_type
        )
        name = exports.filename_of(chosen)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    if request.method == "POST":
        made = exports.ask(by=Actor.of(request), form=chosen, filters=filters, total=total)
        return redirect("exchange:export_file", public_id=made.public_id)
    given = {name: value for name, value in filters.items() if value}
    return render(
        request,
        "exchange/export_ask.html",
        {"form": chosen, "total": total, "query": urlencode(given)},
    )


@allow(*EDITORS)
def export_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show how far a list is, then where to fetch it."""
    found: CatalogueExport = get_visible(
        CatalogueExport.objects.select_related("document"), signed_in(request), public_id=public_id
    )
    context = {"export": found, "form": FORMS[found.form]}
    return render(request, "exchange/export_file.html", context)
