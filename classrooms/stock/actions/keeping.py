"""What items are, and below how many they are ordered."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from classrooms.models import Depot
from classrooms.stock.models import StockItem, StockLevel
from core import journal
from core.journal import Actor


def keep_item(*, by: Actor, item: StockItem, fits: list[int]) -> StockItem:
    """Save an item, new or corrected; a new one gets an empty level in every workshop."""
    fresh = item.pk is None
    with transaction.atomic():
        item.save()
        item.fits.set(fits)
        if fresh:
            StockLevel.objects.bulk_create(
                StockLevel(item=item, depot=depot) for depot in Depot.objects.order_by("pk")
            )
        journal.record(
            by,
            "stock_item.create" if fresh else "stock_item.correct",
            item,
            kind=item.kind,
            price_cents=item.price_cents,
            active=item.is_active,
            fits=sorted(fits),
        )
    return item


def set_minimums(*, by: Actor, item: StockItem, minimums: Mapping[int, int]) -> int:
    """Say below how many the manager is told; return how many levels changed."""
    with transaction.atomic():
        rows = StockLevel.objects.select_for_update(of=("self",), no_key=True)
        changed = 0
        for level in rows.filter(item=item, pk__in=minimums).order_by("pk"):
            after = minimums[level.pk]
            if level.minimum == after:
                continue
            journal.record(
                by, "stock.minimum", item, level=level.pk, before=level.minimum, after=after
            )
            level.minimum = after
            level.save(update_fields=["minimum"])
            changed += 1
    return changed
