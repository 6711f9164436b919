"""From charges to the lines of one payer's invoice. Nothing is rounded here: it was before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A charge as billing sees it."""

    child_id: int
    service: str
    label: str
    service_day: dt.date
    quantity: int
    unit_price_cents: int
    tariff_band: str
    family_quotient: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One service for one child at one price, on these service days in order."""

    child_id: int
    service: str
    label: str
    unit_price_cents: int
    tariff_band: str
    family_quotient: int | None
    days: tuple[dt.date, ...]
    quantity: int

    @property
    def amount_cents(self) -> int:
        """Quantity times unit price: exact."""
        return self.quantity * self.unit_price_cents


def lines_of(items: Iterable[Item]) -> list[Line]:
    """Gather equal neighbours: same child, service, words, price, band and quotient.

    Ordered by child, then service, then the first day. A quotient that changes within the
    month makes two lines, each with its own price.
    """
    groups: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        key = (
            item.child_id,
            item.service,
            item.label,
            item.unit_price_cents,
            item.tariff_band,
            item.family_quotient,
        )
        groups.setdefault(key, []).append(item)
    lines = [
        Line(
            child_id=first.child_id,
            service=first.service,
            label=first.label,
            unit_price_cents=first.unit_price_cents,
            tariff_band=first.tariff_band,
            family_quotient=first.family_quotient,
            days=tuple(sorted(item.service_day for item in group)),
            quantity=sum(item.quantity for item in group),
        )
        for group in groups.values()
        for first in group[:1]
    ]
    return sorted(lines, key=lambda k: (k.child_id, k.service, k.days, -k.unit_price_cents))


def month_bounds(month: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the month that holds ``month``."""
    first = month.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return first, following - dt.timedelta(days=1)
