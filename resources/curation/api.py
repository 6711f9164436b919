"""Collections for programs: what a person sees on the pages, what partners may do.

Partner systems read the city's collections and, with ``collections:write``, keep them.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from core.access import signed_in
from core.accounts.models import User
from core.api import actor_of, allow_api, idempotent
from core.errors import RuleBroken
from core.paging import PAGE_PARAMETERS, Page, paginate
from core.partners import PartnerToken
from enrolment.schools.models import School
from resources.catalogue.access import EDITORS
from resources.curation import readings
from resources.curation.access import CURATORS, openable, schools_of
from resources.curation.actions import collections as actions
from resources.curation.models import Collection, CollectionItem
from resources.curation.schemas import (
    CollectionDetailOut,
    CollectionIn,
    CollectionOut,
    ItemIn,
    OrderIn,
)

router = Router(tags=["collections"])


def _person(request: HttpRequest) -> User | None:
    """Return who asks; None for a partner system, which stands for no person."""
    if isinstance(getattr(request, "auth", None), PartnerToken):
        return None
    return signed_in(request)


def _readable(request: HttpRequest) -> Any:
    user = _person(request)
    rows = Collection.objects.of_city() if user is None else Collection.objects.visible_to(user)
    return rows.select_related("school").counted_for(openable(user))


def _editable(request: HttpRequest, public_id: uuid.UUID) -> Collection:
    user = _person(request)
    rows = Collection.objects.of_city() if user is None else Collection.objects.editable_by(user)
    found: Collection = get_object_or_404(rows, public_id=public_id)
    return found


def _out(found: Any) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "title": found.title,
        "introduction": found.introduction,
        "reach": found.reach,
        "school": found.school.uai if found.school else None,
        "count": found.shown_count,
        "version": found.version,
        "updated_at": found.updated_at,
    }


def _whole(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    found = get_object_or_404(_readable(request), public_id=public_id)
    items = [
        {
            "number": line.number,
            "resource": line.resource.identifier,
            "title": line.resource.title,
            "levels": [term.code for term in line.resource.levels.all()],
            "note": line.item.note,
        }
        for line in readings.lines_of(found, _person(request))
        if line.resource is not None
    ]
    return {**_out(found), "items": items}


def _facts(request: HttpRequest, body: CollectionIn) -> dict[str, Any]:
    """Return what the actions take, within what the caller may give."""
    user = _person(request)
    if (body.reach == "city") is not (user is None) and not (user and user.has_role(*EDITORS)):
        raise RuleBroken("reach", _("Vous ne pouvez pas choisir ces lecteurs."), "reach")
    school: School | None = None
    if body.reach == "school" and user is not None:
        school = schools_of(user).filter(uai=body.school or "").first()
    return {
        "title": body.title,
        "introduction": body.introduction,
        "reach": body.reach,
        "school": school,
    }


@router.get(
    "/",
    response=Page[CollectionOut],
    summary="Les collections que l’on peut lire",
    openapi_extra=PAGE_PARAMETERS,
)
@allow_api(*CURATORS, scope="collections:read")
def list_collections(request: HttpRequest) -> dict[str, Any]:
    """List collections; partner systems find the city's."""
    return paginate(_readable(request), request, item=_out)


@router.get("/{uuid:public_id}", response=CollectionDetailOut, summary="Une collection")
@allow_api(*CURATORS, scope="collections:read")
def read_collection(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Return a collection with the resources that the caller may open."""
    return _whole(request, public_id)


@router.post("/", response={201: CollectionDetailOut}, summary="Faire une collection")
@allow_api(*CURATORS, scope="collections:write")
@idempotent
def create_collection(request: HttpRequest, body: CollectionIn) -> tuple[int, dict[str, Any]]:
    """Make an empty collection; a partner system's is the city's."""
    made = actions.create(by=actor_of(request), **_facts(request, body))
    return 201, _whole(request, made.public_id)


@router.put("/{uuid:public_id}", response=CollectionDetailOut, summary="Changer ses mots")
@allow_api(*CURATORS, scope="collections:write")
@idempotent
def edit_collection(
    request: HttpRequest, public_id: uuid.UUID, body: CollectionIn
) -> dict[str, Any]:
    """Change the title, the introduction or who sees it."""
    found = _editable(request, public_id)
    facts = _facts(request, body)
    if found.reach == body.reach == "school" and not body.school:
        facts["school"] = found.school
    actions.edit(by=actor_of(request), collection=found, **facts)
    return _whole(request, public_id)


@router.delete("/{uuid:public_id}", response={204: None}, summary="La mettre à la corbeille")
@allow_api(*CURATORS, scope="collections:write")
@idempotent
def delete_collection(request: HttpRequest, public_id: uuid.UUID) -> tuple[int, None]:
    """Put a collection in the bin."""
    actions.delete(by=actor_of(request), collection=_editable(request, public_id))
    return 204, None


@router.post("/{uuid:public_id}/items", response=CollectionDetailOut, summary="Y ajouter")
@allow_api(*CURATORS, scope="collections:write")
@idempotent
def add_item(request: HttpRequest, public_id: uuid.UUID, body: ItemIn) -> dict[str, Any]:
    """Add a resource at the end; one that is there already stays as it is."""
    found = _editable(request, public_id)
    resource = get_object_or_404(openable(_person(request)), identifier=body.resource)
    actions.add(by=actor_of(request), collection=found, resources=[resource], note=body.note)
    return _whole(request, public_id)


@router.delete("/{uuid:public_id}/items/{identifier}", response={204: None}, summary="En retirer")
@allow_api(*CURATORS, scope="collections:write")
@idempotent
def remove_item(request: HttpRequest, public_id: uuid.UUID, identifier: str) -> tuple[int, None]:
    """Take a resource out."""
    found = _editable(request, public_id)
    item = get_object_or_404(CollectionItem, collection=found, resource__identifier=identifier[:60])
    actions.remove(by=actor_of(request), collection=found, item=item)
    return 204, None


@router.put("/{uuid:public_id}/order", response=CollectionDetailOut, summary="La mettre en ordre")
@allow_api(*CURATORS, scope="collections:write")
@idempotent
def order_items(request: HttpRequest, public_id: uuid.UUID, body: OrderIn) -> dict[str, Any]:
    """Put the resources in this order; all those the caller may open, each once.

    Those the caller may not open go last, in the order they had.
    """
    found = _editable(request, public_id)
    lines = readings.lines_of(found, _person(request), explain=True)
    keys = {line.resource.identifier: line.item.resource_id for line in lines if line.resource}
    if len(body.resources) != len(keys) or set(body.resources) != set(keys):
        raise RuleBroken(
            "order", _("La collection a changé entre-temps : rechargez-la."), "resources"
        )
    closed = [line.item.resource_id for line in lines if line.resource is None]
    actions.reorder(
        by=actor_of(request),
        collection=found,
        resources=[*(keys[name] for name in body.resources), *closed],
    )
    return _whole(request, public_id)
