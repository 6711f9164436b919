"""What services cost at a quotient, told to whoever shows a family its quotient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from core.errors import RuleBroken
from families.income.prices import PriceLine
from payments.models import Tariff
from payments.tariffs import PriceTable


def prices_at(quotient: int | None, day: dt.date) -> Iterator[PriceLine]:
    """Return the price of each service voted by then, in the order of their names."""
    services: dict[str, str] = {}
    for tariff in Tariff.objects.filter(valid_from__lte=day).order_by("valid_from"):
        services[tariff.service] = tariff.label
    for service, label in sorted(services.items(), key=lambda item: item[1]):
        try:
            price = PriceTable(service, day, day).on(day, quotient)
        except RuleBroken:
            continue
        yield PriceLine(label, price.unit_price_cents, price.band)
