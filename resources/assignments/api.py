"""What is given to classes, for programs: never a pupil's name."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from core.access import signed_in
from core.accounts.roles import Role
from core.api import allow_api
from core.paging import PAGE_PARAMETERS, Page, paginate
from resources.assignments import following
from resources.assignments.models import Assignment, AssignmentItem
from resources.catalogue.models import Resource

router = Router(tags=["assignments"])
READERS = (Role.TEACHER, Role.HEAD_TEACHER, Role.PUPIL)


class AssignmentOut(Schema):
    """Resources given to a class, a group or some pupils."""

    id: uuid.UUID
    school: str = Field(description="UAI")
    class_name: str
    title: str
    resources: list[str] = Field(description="Identifiers in the catalogue")
    target: str = Field(description="class, group or pupils")
    starts_on: dt.date
    due_on: dt.date
    note: str
    state: str


class FollowedOut(AssignmentOut):
    """The same, with how many pupils it is meant for, began and finished."""

    pupils: int
    begun: int
    finished: int


def _out(row: Assignment) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "school": row.class_group.school.uai,
        "class_name": row.class_group.name,
        "title": row.title,
        "resources": [item.resource.identifier for item in row.items.all()],
        "target": row.target,
        "starts_on": row.starts_on,
        "due_on": row.due_on,
        "note": row.note,
        "state": row.state,
    }


def _visible(request: HttpRequest) -> Any:
    """Return what the caller sees; to a pupil, with the resources that are open to them."""
    user = signed_in(request)
    items = AssignmentItem.objects.select_related("resource")
    rows = Assignment.objects.visible_to(user)
    if user.has_role(Role.PUPIL):
        open_here = Resource.objects.visible_to(user).values("pk")
        items = items.filter(resource__in=open_here)
        rows = rows.filter(pk__in=items.order_by().values("assignment"))
    return rows.select_related("class_group__school").prefetch_related(
        Prefetch("items", items.order_by("position", "pk"))
    )


@router.get(
    "",
    response=Page[AssignmentOut],
    openapi_extra=PAGE_PARAMETERS,
    summary="Le travail donné",
)
@allow_api(*READERS, scope="assignments:read")
def assignments(
    request: HttpRequest, since: dt.date | None = None, until: dt.date | None = None
) -> dict[str, Any]:
    """Return what the caller's classes were given, to be done between two days if given.

    A partner system sees the classes that its account's posts reach.
    """
    rows = _visible(request)
    if since is not None:
        rows = rows.filter(due_on__gte=since)
    if until is not None:
        rows = rows.filter(starts_on__lte=until)
    return paginate(rows, request, order=("due_on",), item=_out)


@router.get("/{public_id}", response=FollowedOut, summary="Un travail donné et son avancement")
@allow_api(Role.TEACHER, Role.HEAD_TEACHER, scope="assignments:read")
def assignment(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Return one with its counts, or 404 when it may not be seen."""
    row = get_object_or_404(_visible(request), public_id=public_id)
    counts = following.counts_of([row])[row.pk]
    return {
        **_out(row),
        "pupils": counts.pupils,
        "begun": counts.begun,
        "finished": counts.finished,
    }
