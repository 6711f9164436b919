"""The editor's list of resources, by state, words and filters; and the pictures served."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.access import allow, get_visible, signed_in
from core.paging import page_of
from resources.catalogue import extending, filtering, listing
from resources.catalogue.access import EDITORS, READERS
from resources.catalogue.models import Cover, DuplicatePair, Resource
from resources.catalogue.views.editing import TONES


@allow(*EDITORS)
def manage(request: HttpRequest) -> HttpResponse:
    """List resources in every state, last changed first; proposals, longest waiting first."""
    user = signed_in(request)
    filters = listing.filters_of(request.GET)
    state = filters["etat"]
    matching = listing.matching(user, filters)
    counts = dict(matching.order_by().values_list("state").annotate(n=Count("pk")))
    listed = matching.filter(state=state) if state else matching
    rows = listed.select_related("pedagogical_type", "proposed_by").prefetch_related(
        "levels", "domains"
    )
    is_queue = state == Resource.State.PROPOSED
    if is_queue:
        # What a harvest proposed waits since it came.
        rows = rows.annotate(waiting_since=Coalesce("proposed_at", "updated_at"))
    order = ("waiting_since", "pk") if is_queue else ("-updated_at", "-pk")
    page = page_of(request, rows.order_by(*order))
    tabs = [("", _("Toutes"), sum(counts.values()))]
    tabs += [(value, str(label), counts.get(value, 0)) for value, label in Resource.State.choices]
    query = request.GET.copy()
    query.pop("page", None)
    kept = query.copy()
    kept.pop("etat", None)
    context: dict[str, Any] = {
        "page_obj": page,
        "tabs": tabs,
        "state": state,
        "q": filters["q"],
        "filter_form": filtering.ManageFilter(filters),
        "is_narrowed": listing.is_narrowed(filters),
        "query": query.urlencode(),
        "kept": kept.urlencode(),
        "is_queue": is_queue,
        "tones": TONES,
        "tools": extending.tools(),
        "exports": extending.exports(filters),
        "duplicates": DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN).count(),
    }
    return render(request, "catalogue/manage.html", context)


@allow(*READERS)
def cover(request: HttpRequest, identifier: str, size: str) -> HttpResponse:
    """Serve a resource's picture to whoever may see the resource; kept by the browser."""
    found: Resource = get_visible(Resource.objects, signed_in(request), identifier=identifier)
    tag = f'"{found.thumbnail_digest}-{size}"'
    if not found.thumbnail_digest or size not in {"small", "large"}:
        raise Http404
    if request.headers.get("If-None-Match") == tag:
        return _kept(HttpResponseNotModified(), tag)
    row = Cover.objects.select_related("large", "small").filter(resource=found).first()
    picture = getattr(row, size) if row is not None else None
    if picture is None:
        raise Http404
    return _kept(HttpResponse(picture.read_bytes(), content_type=picture.content_type), tag)


def _kept(response: HttpResponse, tag: str) -> HttpResponse:
    """Let one browser keep the picture; its address changes with it."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=604800, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
