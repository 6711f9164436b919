"""Putting resources into collections: from their page, from results, from favourites."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.access import allow, signed_in
from core.accounts.models import User
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from resources.catalogue.models import Favourite
from resources.curation import rules
from resources.curation.access import CURATORS, openable
from resources.curation.actions import collections as actions
from resources.curation.actions import sharing
from resources.curation.forms import AddForm, FavouritesForm
from resources.curation.models import Collection, CollectionItem
from resources.curation.views.parts import back, read_resource


def _choices(user: User) -> list[Any]:
    """Return the collections one may add to, one's own first, the last changed first."""
    kept = Collection.objects.editable_by(user).counted_for(openable(user))
    latest = kept.order_by("-updated_at", "-pk")
    return sorted(latest[: rules.MAX_COLLECTIONS], key=lambda found: found.owner_id != user.pk)


def _target(collections: list[Any], form: AddForm, request: HttpRequest) -> Collection:
    chosen = form.cleaned_data["collection"]
    if chosen == AddForm.NEW:
        return actions.create(by=Actor.of(request), title=form.cleaned_data["title"])
    found: Collection = next(c for c in collections if str(c.public_id) == chosen)
    return found


@allow(*CURATORS)
@once
def add(request: HttpRequest, identifier: str) -> HttpResponse:
    """Choose the collection in which a resource goes, then put it there."""
    user = signed_in(request)
    resource = read_resource(user, identifier)
    collections = _choices(user)
    holding = set(
        CollectionItem.objects.filter(resource=resource, collection__in=collections).values_list(
            "collection", flat=True
        )
    )
    free = [found for found in collections if found.pk not in holding]
    wanted = request.GET.get("collection", "")
    initial = {"collection": wanted or (str(free[0].public_id) if free else AddForm.NEW)}
    form = AddForm(free, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            target = _target(free, form, request)
            actions.add(
                by=Actor.of(request),
                collection=target,
                resources=[resource],
                note=form.cleaned_data["note"],
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(
                request, _("C’est rangé dans « %(title)s ».") % {"title": target.title}
            )
            there = reverse("curation:collection", args=[target.public_id])
            return redirect(back(request, there))
    return render(
        request,
        "curation/add.html",
        {
            "form": form,
            "resource": resource,
            "rows": [{"collection": c, "holds": c.pk in holding} for c in collections],
            "chosen": form["collection"].value(),
            "new": AddForm.NEW,
            "next": back(request, ""),
        },
    )


@allow(*CURATORS)
@once
def from_favourites(request: HttpRequest) -> HttpResponse:
    """Put some of one's favourites into a collection, a new one unless one is chosen."""
    user = signed_in(request)
    kept = Favourite.objects.visible_to(user).filter(resource__in=openable(user).values("pk"))
    favourites = [line.resource for line in kept.select_related("resource")[: rules.MAX_ITEMS]]
    if not favourites:
        messages.info(request, _("Gardez d’abord quelques ressources avec le cœur."))
        return redirect("catalogue:favourites")
    collections = _choices(user)
    form = FavouritesForm(
        collections,
        favourites,
        request.POST or None,
        initial={"collection": AddForm.NEW, "resources": [str(found.pk) for found in favourites]},
    )
    if request.method == "POST" and form.is_valid():
        picked = set(form.cleaned_data["resources"])
        chosen = form.cleaned_data["collection"]
        target = next((c for c in collections if str(c.public_id) == chosen), None)
        try:
            made, count = sharing.from_favourites(
                by=Actor.of(request),
                resources=[found for found in favourites if str(found.pk) in picked],
                title=form.cleaned_data["title"],
                collection=target,
            )
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(
                request,
                ngettext("%(n)d ressource rangée.", "%(n)d ressources rangées.", count)
                % {"n": count},
            )
            return redirect("curation:collection", public_id=made.public_id)
    return render(
        request,
        "curation/from_favourites.html",
        {
            "form": form,
            "rows": [{"collection": c, "holds": False} for c in collections],
            "chosen": form["collection"].value(),
            "new": AddForm.NEW,
        },
    )
