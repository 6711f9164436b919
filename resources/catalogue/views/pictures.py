"""Looking around by pictures, for those who do not read yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.access import allow, signed_in
from core.accounts.roles import Role
from core.paging import page_of
from resources.catalogue import finding, pictures
from resources.catalogue.access import READERS, near_levels, window_of
from resources.catalogue.models import Resource


@dataclass(frozen=True)
class Card:
    """A resource as a picture: its drawing, what one does with it."""

    resource: Resource
    drawing: str
    act: str
    act_label: str


@allow(*READERS)
def themes(request: HttpRequest) -> HttpResponse:
    """Show the themes in which there is something to open."""
    user = signed_in(request)
    found = pictures.shelves(pictures.THEMES, window_of(user), near_levels(user))
    return render(
        request,
        "catalogue/pictures.html",
        {"shelves": found, "is_pupil": user.has_role(Role.PUPIL)},
    )


@allow(*READERS)
def theme(request: HttpRequest, code: str) -> HttpResponse:
    """Show what to do in a theme, or, once chosen or when there is little, the resources."""
    user = signed_in(request)
    wanted = pictures.BY_CODE.get(code)
    if wanted is None:
        raise Http404
    window = window_of(user)
    found = pictures.shelves([wanted], window, near_levels(user))
    shelf = found[0] if found else pictures.Shelf(wanted)
    act = request.GET.get("faire", "")
    context: dict[str, Any] = {
        "shelf": shelf,
        "theme": wanted,
        "is_pupil": user.has_role(Role.PUPIL),
    }
    if act not in shelf.acts:
        act = "tout" if act == "tout" else ""
    if not act and len(shelf.acts) > 1 and shelf.count > pictures.PAGE_SIZE:
        context["acts"] = [(name, pictures.ACTS[name]) for name in shelf.acts]
        return render(request, "catalogue/pictures_acts.html", context)
    keys = shelf.keys("" if act == "tout" else act)
    page = page_of(request, keys, pictures.PAGE_SIZE)
    shown = finding.rows(list(page.object_list), window)
    cards = [
        Card(
            resource,
            drawing,
            name := pictures.act_of(
                resource.pedagogical_type.code if resource.pedagogical_type else None,
                resource.document_type.code if resource.document_type else None,
            ),
            str(pictures.ACTS[name]),
        )
        for resource, drawing in zip(shown, pictures.drawn(shown, code), strict=True)
    ]
    context |= {
        "cards": cards,
        "page_obj": page,
        "act": act,
        "act_label": pictures.ACTS.get(act, ""),
        "has_acts": len(shelf.acts) > 1 and shelf.count > pictures.PAGE_SIZE,
    }
    return render(request, "catalogue/pictures_cards.html", context)
