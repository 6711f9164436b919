"""Take numbers from a year's series, without gaps."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from payments.models import NumberSequence


def take(kind: str, year: int, count: int = 1) -> range:
    """Return the next ``count`` numbers of a series; the caller's transaction holds its lock.

    Whoever rolls back gives the numbers back, and nobody else took one meanwhile: the row
    stays locked until the transaction ends, so there is never a gap. Must be called inside a
    transaction, after every other lock: it is the last one taken.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("numbers are taken inside the transaction that uses them")
    NumberSequence.objects.bulk_create(
        [NumberSequence(kind=kind, year=year)], ignore_conflicts=True
    )
    row = NumberSequence.objects.select_for_update(no_key=True).get(kind=kind, year=year)
    NumberSequence.objects.filter(pk=row.pk).update(last=F("last") + count)
    return range(row.last + 1, row.last + count + 1)
