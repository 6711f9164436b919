"""Service days: made on demand, locked before anything on them changes, recounted after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count

from enrolment.canteen.models import Booking, Refectory, ServiceDay


def lock_days(pairs: Iterable[tuple[int, dt.date]]) -> dict[tuple[int, dt.date], ServiceDay]:
    """Lock the service days of (school id, day) pairs, in id order; make missing ones.

    Call inside a transaction. Of two transactions that make the same day, one waits on the
    unique constraint and then finds the other's row.
    """
    wanted = set(pairs)
    if not wanted:
        return {}
    schools = {school for school, _ in wanted}
    days = {day for _, day in wanted}
    rows = ServiceDay.objects.filter(school__in=schools, day__in=days)
    missing = wanted - set(rows.values_list("school_id", "day"))
    if missing:
        seats = dict(
            Refectory.objects.filter(school__in=schools).values_list("school_id", "daily_capacity")
        )
        ServiceDay.objects.bulk_create(
            (
                ServiceDay(school_id=school, day=day, capacity=seats.get(school))
                for school, day in sorted(missing)
            ),
            ignore_conflicts=True,
            batch_size=500,
        )
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    return {(row.school_id, row.day): row for row in locked if (row.school_id, row.day) in wanted}


def recount(locked: Iterable[ServiceDay]) -> None:
    """Write how many meals are booked on locked service days.

    The database refuses a count beyond the capacity; somebody who came unbooked is fed and
    takes no seat away.
    """
    by_school: dict[int, list[ServiceDay]] = {}
    for row in locked:
        by_school.setdefault(row.school_id, []).append(row)
    changed = []
    for school, rows in by_school.items():
        counts = dict(
            Booking.objects.expected()
            .filter(school=school, day__in=[row.day for row in rows])
            .exclude(source=Booking.Source.UNBOOKED)
            .order_by()
            .values_list("day")
            .annotate(meals=Count("pk"))
        )
        for row in rows:
            if row.booked != counts.get(row.day, 0):
                row.booked = counts.get(row.day, 0)
                changed.append(row)
    ServiceDay.objects.bulk_update(changed, ["booked"], batch_size=500)
