"""Orders that the demo city's kitchens have already received."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from core import clock
from core.seeding import SeedContext
from enrolment.canteen.models import (
    Kitchen,
    KitchenOrder,
    KitchenOrderLine,
    Refectory,
    ServiceDay,
)

BATCH = 2000


def write_orders(
    ctx: SeedContext,
    cooked: Mapping[tuple[int, dt.date, str], int],
    kitchens: list[Kitchen],
    days: list[dt.date],
    today: list[dt.date],
) -> None:
    """Write the orders of ``days``; on the last one a school was corrected.

    ``cooked`` counts meals by (school id, day, diet).
    """
    places = {row.school_id: row for row in Refectory.objects.all()}
    sender = ctx.people["canteen_manager"]
    by_kitchen: dict[tuple[int, dt.date], list[tuple[int, str, int]]] = defaultdict(list)
    wanted = set(days)
    for (school, day, diet), count in sorted(cooked.items()):
        if day in wanted:
            by_kitchen[places[school].kitchen_id, day].append((school, diet, count))
    lines: list[KitchenOrderLine] = []
    for kitchen in kitchens:
        for day in days:
            final = by_kitchen[kitchen.pk, day]
            corrected = day == days[-1] and kitchen is kitchens[0]
            versions = [final]
            if corrected and final:
                school, diet, count = final[0]
                versions.insert(0, [(school, diet, count + 3), *final[1:]])
            for version, content in enumerate(versions, start=1):
                order = KitchenOrder.objects.create(
                    kitchen=kitchen,
                    day=day,
                    version=version,
                    sent_at=clock.at(day - dt.timedelta(days=2), 12, 5)
                    + dt.timedelta(hours=20 * (version - 1)),
                    sent_by=sender,
                    total=sum(count for _, _, count in content),
                )
                lines += [
                    KitchenOrderLine(
                        order=order,
                        school_id=school,
                        route=places[school].route,
                        stop=places[school].stop,
                        diet=diet,
                        quantity=count,
                    )
                    for school, diet, count in content
                ]
    KitchenOrderLine.objects.bulk_create(lines, batch_size=BATCH)
    ServiceDay.objects.filter(day__in=today).update(frozen_at=clock.now())
