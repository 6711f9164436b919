"""The shelves: one's own collections, the school's, the city's; and the bin."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, get_visible, signed_in
from core.accounts.models import User
from core.journal import Actor
from core.paging import page_of
from resources.curation import readings
from resources.curation.access import CURATORS, TEACHING, DeletedCollections, openable
from resources.curation.actions import collections as actions
from resources.curation.models import Collection
from resources.curation.rules import UNDO_DAYS
from resources.curation.views.parts import own_collection

PAGE_SIZE = 24
MINE, SCHOOL, CITY, BIN = "", "ecole", "ville", "corbeille"


def _shelf(user: User, name: str) -> Any:
    if name == BIN:
        return Collection.objects.restorable_by(user)
    found = Collection.objects.visible_to(user)
    if name == SCHOOL:
        return found.filter(reach=Collection.Reach.SCHOOL)
    if name == CITY:
        return found.filter(reach=Collection.Reach.CITY)
    return found.filter(owner=user)


@allow(*CURATORS)
def index(request: HttpRequest) -> HttpResponse:
    """List collections by shelf, the last changed first."""
    user = signed_in(request)
    shelf = request.GET.get("vue", MINE)
    words = request.GET.get("q", "").strip()[:100]
    tabs = [(MINE, _("Les miennes"))]
    if user.has_role(*TEACHING):
        tabs.append((SCHOOL, _("De mon école")))
    tabs.append((CITY, _("De la Ville")))
    counted = [(name, label, _shelf(user, name).count()) for name, label in tabs]
    thrown = _shelf(user, BIN).count()
    if thrown:
        counted.append((BIN, _("Corbeille"), thrown))
    if shelf not in {name for name, _label, _count in counted}:
        shelf = MINE
    listed = _shelf(user, shelf)
    for word in words.split():
        listed = listed.filter(Q(title__icontains=word) | Q(introduction__icontains=word))
    rows = listed.select_related("owner", "school").counted_for(openable(user))
    page = page_of(request, rows.order_by("-updated_at", "-pk"), PAGE_SIZE)
    return render(
        request,
        "curation/index.html",
        {
            "page_obj": page,
            "rows": [
                {"collection": found, "credit": readings.credit(found, user)} for found in page
            ],
            "tabs": counted,
            "shelf": shelf,
            "in_bin": shelf == BIN,
            "q": words,
            "undo_days": UNDO_DAYS,
            "just_deleted": _just_deleted(request, user),
        },
    )


def _just_deleted(request: HttpRequest, user: User) -> Collection | None:
    try:
        key = uuid.UUID(request.GET.get("supprimee", ""))
    except ValueError:
        return None
    return Collection.objects.restorable_by(user).filter(public_id=key).first()


@allow(*CURATORS)
@require_POST
def delete(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a collection in the bin, and offer at once to take it back."""
    found = own_collection(signed_in(request), public_id)
    actions.delete(by=Actor.of(request), collection=found)
    response = redirect("curation:index")
    response["Location"] += f"?supprimee={found.public_id}"
    return response


@allow(*CURATORS)
@require_POST
def restore(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a collection out of the bin."""
    found: Collection = get_visible(DeletedCollections(), signed_in(request), public_id=public_id)
    actions.restore(by=Actor.of(request), collection=found)
    messages.success(request, _("La collection est revenue, telle qu’elle était."))
    return redirect("curation:collection", public_id=found.public_id)
