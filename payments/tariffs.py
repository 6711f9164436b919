"""Look a price up: what other apps ask before they record a charge."""

from __future__ import annotations

import bisect
import datetime as dt
from functools import lru_cache

from django.utils.translation import gettext as _

from core.errors import RuleBroken
from payments.models import Tariff
from payments.rules import pricing
from payments.rules.pricing import Formula, Price, Step

__all__ = ["Price", "PriceTable", "price_on", "rule_of"]


def rule_of(tariff: Tariff) -> Formula | list[Step]:
    """Return a stored version as the plain values that the rules work on."""
    if tariff.kind == Tariff.Kind.EFFORT_RATE:
        if (
            tariff.rate_per_mille is None
            or tariff.floor_cents is None
            or tariff.ceiling_cents is None
        ):
            raise ValueError("an effort rate is incomplete")
        return Formula(tariff.rate_per_mille, tariff.floor_cents, tariff.ceiling_cents)
    return [Step(b.code, b.quotient_max, b.unit_price_cents) for b in tariff.bands.all()]


class PriceTable:
    """Every price of a service over a period, from two queries, for billing in bulk.

    ``start`` and ``end`` are service days, both included.
    """

    def __init__(self, service: str, start: dt.date, end: dt.date) -> None:
        versions = list(
            Tariff.objects.filter(service=service, valid_from__lte=end)
            .order_by("valid_from")
            .prefetch_related("bands")
        )
        older = [v for v in versions if v.valid_from <= start][-1:]
        kept = older + [v for v in versions if v.valid_from > start]
        self.service = service
        self._days = [version.valid_from for version in kept]
        self._rules = [(rule_of(version), version.resolution) for version in kept]
        self._price = lru_cache(maxsize=4096)(self._compute)

    def _compute(self, index: int, quotient: int | None) -> Price:
        rule, resolution = self._rules[index]
        return pricing.price(rule, quotient, resolution)

    def on(self, day: dt.date, quotient: int | None) -> Price:
        """Return the price on a service day; raises RuleBroken ``no_tariff`` before the first."""
        index = bisect.bisect_right(self._days, day) - 1
        if index < 0:
            raise RuleBroken(
                "no_tariff",
                _("Aucun tarif n’est voté pour cette prestation à cette date."),
            )
        return self._price(index, quotient)


def price_on(service: str, quotient: int | None, day: dt.date) -> Price:
    """Return what a service costs on a service day for a family quotient (None: not known).

    Raises RuleBroken ``no_tariff`` when the council had voted none by then.
    """
    return PriceTable(service, day, day).on(day, quotient)
