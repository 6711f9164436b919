"""The fleet as the forecast sees it, in one query."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from classrooms.models import Device
from classrooms.planning.rules.depreciation import Asset
from classrooms.planning.rules.refresh import Unit


@dataclass
class Fleet:
    """Devices to replace one day, what was paid for them, and what is not known.

    ``undated`` have no day of purchase and fall into no year; ``unpriced`` have neither a price
    of their model nor one of their own, and cost nothing.
    """

    units: list[Unit] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    undated: int = 0
    unpriced: int = 0
    categories: dict[int, str] = field(default_factory=dict)


def read_fleet(category: int | None = None) -> Fleet:
    """Return every device that is still the city's, of one category if asked."""
    devices = Device.objects.present().order_by("pk")
    if category is not None:
        devices = devices.filter(model__category=category)
    rows = devices.values_list(
        "pk",
        "model__category",
        "model__category__name",
        "funding",
        "purchased_on",
        "condition",
        "cost_cents",
        "model__life_months",
        "model__price_cents",
    )
    fleet = Fleet()
    bought_alike: Counter[tuple[int, dt.date, int]] = Counter()
    for pk, kind, name, funding, bought, condition, cost, life, price in rows:
        fleet.categories[kind] = name
        if bought is None:
            fleet.undated += 1
            continue
        paid = cost if cost is not None else price
        fleet.unpriced += not (price or paid)
        fleet.units.append(Unit(pk, (kind, funding), bought, life, price or paid, condition))
        bought_alike[paid, bought, life] += 1
    fleet.assets = [Asset(*alike, count) for alike, count in bought_alike.items()]
    return fleet
