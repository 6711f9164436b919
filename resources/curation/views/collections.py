"""One collection: reading it, making it, its order and its notes."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import allow, signed_in
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import RuleBroken
from core.forms import show_broken
from core.journal import Actor
from core.once import once
from resources.curation import panels, readings
from resources.curation.access import CURATORS, READERS, TEACHING
from resources.curation.actions import collections as actions
from resources.curation.forms import CollectionForm, NoteForm
from resources.curation.models import ClassShare, Collection, CollectionItem, Proposal
from resources.curation.views.parts import number_of, own_collection, read_collection
from resources.workspace.access import managed_classes


@allow(*READERS)
def collection(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show what is in a collection, of what the reader may open."""
    user = signed_in(request)
    found = read_collection(user, public_id)
    if user.has_role(Role.PUPIL):
        lines = readings.lines_of(found, user)
        context = {"collection": found, "lines": lines, "is_pupil": True}
        context["favourites"] = readings.favourites_of(user, lines)
        return render(request, "curation/for_pupils.html", context)
    may_edit = Collection.objects.editable_by(user).filter(pk=found.pk).exists()
    lines = readings.lines_of(found, user, explain=may_edit)
    return render(
        request,
        "curation/collection.html",
        {
            "collection": found,
            "lines": lines,
            "followed": request.GET.get("suivi", ""),
            "shown": sum(line.resource is not None for line in lines),
            "credit": readings.credit(found, user),
            "origin": readings.origin(found, user),
            "favourites": readings.favourites_of(user, lines),
            "is_pupil": False,
            "may_edit": may_edit,
            "may_show": managed_classes(user).exists(),
            "may_propose": found.owner_id == user.pk and user.has_role(*TEACHING),
            "proposal": _proposal(found, user),
            "acts": panels.collection_acts(request, found),
            "shares": ClassShare.objects.visible_to(user)
            .filter(collection=found)
            .select_related("class_group__school"),
        },
    )


def _proposal(collection: Collection, user: User) -> Proposal | None:
    """Return the last word on a collection proposed to the city, for its proposer and editors."""
    found: Proposal | None = (
        Proposal.objects.visible_to(user)
        .filter(collection=collection)
        .exclude(state="withdrawn")
        .order_by("-proposed_at", "-pk")
        .first()
    )
    return found


@allow(*CURATORS)
@once
def create(request: HttpRequest) -> HttpResponse:
    """Make an empty collection."""
    user = signed_in(request)
    form = CollectionForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(by=Actor.of(request), **form.facts())
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("La collection est prête : ajoutez-y des ressources."))
            return redirect("curation:collection", public_id=made.public_id)
    return render(request, "curation/edit.html", {"form": form, "collection": None})


@allow(*CURATORS)
def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Rename a collection, change its introduction or who sees it."""
    user = signed_in(request)
    found = own_collection(user, public_id)
    form = CollectionForm(user, request.POST or None, collection=found)
    if request.method == "POST" and form.is_valid():
        facts = form.facts()
        if found.reach == Collection.Reach.SCHOOL and facts["reach"] == Collection.Reach.SCHOOL:
            facts["school"] = form.cleaned_data.get("school") or found.school
        try:
            actions.edit(by=Actor.of(request), collection=found, **facts)
        except RuleBroken as broken:
            show_broken(form, broken)
        else:
            messages.success(request, _("C’est enregistré."))
            return redirect("curation:collection", public_id=public_id)
    return render(request, "curation/edit.html", {"form": form, "collection": found})


def _item(
    request: HttpRequest, public_id: uuid.UUID, key: int
) -> tuple[Collection, CollectionItem]:
    """Return an item of a collection one keeps: also one whose resource one may not open."""
    found = own_collection(signed_in(request), public_id)
    return found, get_object_or_404(CollectionItem, collection=found, pk=key)


@allow(*CURATORS)
@require_POST
def move(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Move a resource up or down, or take it out."""
    key = number_of(request.POST, "item")
    found, item = _item(request, public_id, key)
    where = request.POST.get("where", "")
    anchor = f"?suivi={item.pk}-{where[:5]}#place-{item.pk}"
    try:
        if where == "out":
            actions.remove(by=Actor.of(request), collection=found, item=item)
            messages.success(request, _("Elle n’est plus dans la collection."))
            anchor = ""
        else:
            actions.move(by=Actor.of(request), collection=found, item=item, where=where)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    response = redirect("curation:collection", public_id=public_id)
    response["Location"] += anchor
    return response


@allow(*CURATORS)
def annotate(request: HttpRequest, public_id: uuid.UUID, pk: int) -> HttpResponse:
    """Write the word that goes with a resource."""
    found, item = _item(request, public_id, pk)
    form = NoteForm(request.POST or None, initial={"note": item.note})
    if request.method == "POST" and form.is_valid():
        actions.annotate(
            by=Actor.of(request), collection=found, item=item, note=form.cleaned_data["note"]
        )
        messages.success(request, _("La note est enregistrée."))
        response = redirect("curation:collection", public_id=public_id)
        response["Location"] += f"#place-{item.pk}"
        return response
    lines = readings.lines_of(found, signed_in(request), explain=True)
    line = next(line for line in lines if line.item.pk == item.pk)
    return render(
        request, "curation/annotate.html", {"form": form, "collection": found, "line": line}
    )


@allow(*CURATORS)
@require_POST
def duplicate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make one's own copy of a collection one may read."""
    found = read_collection(signed_in(request), public_id)
    made = actions.duplicate(by=Actor.of(request), collection=found)
    messages.success(request, _("Voici votre copie : changez-la comme vous voulez."))
    return redirect("curation:collection", public_id=made.public_id)
