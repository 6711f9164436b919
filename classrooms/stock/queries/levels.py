"""Levels and movements of the stock, as pages and tables show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Window

from classrooms.queries.devices import printable
from classrooms.stock.models import StockItem, StockLevel, StockMovement
from core.accounts.models import User

LOW = Q(quantity__lt=F("minimum"), item__is_active=True)


@dataclass(frozen=True)
class LevelFilter:
    """What a person asks to see of the stock; empty means all."""

    text: str = ""
    kind: str = ""
    place: str = ""
    low: bool = False


def levels_for(user: User, wanted: LevelFilter) -> QuerySet[Any]:
    """Return the levels a person may see, by item and place, with all that a row shows."""
    rows: QuerySet[Any] = StockLevel.objects.visible_to(user).select_related(
        "item", "depot", "school"
    )
    if text := printable(wanted.text):
        rows = rows.filter(Q(item__name__icontains=text) | Q(item__reference__icontains=text))
    if wanted.kind:
        rows = rows.filter(item__kind=printable(wanted.kind))
    field, _sep, number = wanted.place.partition(":")
    if field in ("depot", "school") and number.isascii() and number.isdecimal():
        rows = rows.filter(**{field: int(number[:15])})
    if wanted.low:
        rows = rows.filter(LOW)
    rows = rows.filter(Q(item__is_active=True) | Q(quantity__gt=0))
    return rows.order_by("item__name", "depot__name", "school__name", "pk")


def low_count(user: User) -> int:
    """Return how many levels are below their minimum."""
    return StockLevel.objects.visible_to(user).filter(LOW).count()


def movements_of(user: User, item: StockItem) -> QuerySet[Any]:
    """Return an item's movements, latest first, each with what its place then had."""
    rows: QuerySet[Any] = (
        StockMovement.objects.visible_to(user)
        .filter(item=item)
        .select_related("depot", "school", "actor", "hand_out")
        .annotate(
            after=Window(Sum("quantity"), partition_by=["depot", "school"], order_by=F("pk").asc())
        )
        .order_by("-at", "-pk")
    )
    return rows
