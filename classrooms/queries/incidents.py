"""The queue of faults, and what one reported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from classrooms.access import held_by
from classrooms.models import HandOut, Incident
from core.accounts.models import User

ORDERS = {
    "": ("priority", "reported_at", "pk"),
    "age": ("reported_at", "pk"),
    "school": ("school__name", "priority", "reported_at", "pk"),
}
SHOWN = (
    "device__model__category",
    "school",
    "cart",
    "reporter",
    "handler",
    "swapped_with",
)


def queue_for(
    user: User,
    *,
    school: int | None = None,
    priority: int | None = None,
    state: str = "",
    order: str = "",
) -> QuerySet[Any]:
    """Return the incidents a person may see, filtered; those to be settled unless told."""
    rows: QuerySet[Any] = Incident.objects.visible_to(user).select_related(*SHOWN)
    rows = rows.filter(state=state) if state else rows.exclude(state="closed")
    if school is not None:
        rows = rows.filter(school=school)
    if priority is not None:
        rows = rows.filter(priority=priority)
    return rows.order_by(*ORDERS.get(order, ORDERS[""]))


def reported_by(user: User, limit: int = 20) -> list[Incident]:
    """Return what a person reported, latest first."""
    rows = Incident.objects.visible_to(user).filter(reporter=user).select_related(*SHOWN)
    return list(rows.order_by("-reported_at", "-pk")[:limit])


def hand_outs_of(user: User) -> list[HandOut]:
    """Return what is with a person's classes or with themselves now."""
    rows = (
        HandOut.objects.visible_to(user)
        .open()
        .filter(held_by(user))
        .select_related("cart__school", "class_group", "teacher", "school")
        .prefetch_related("items__device__model")
    )
    return list(rows.order_by("due_on", "pk"))
