"""What meals cost the family that looks at them. Each parent sees their own price only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core import money
from core.accounts.models import User
from core.acting import Scope, reaches
from core.errors import RuleBroken
from families.models import Child, Guardian
from families.queries import payer_table, quotient_table
from payments.tariffs import PriceTable

#: The services whose tariffs are voted.
MEAL = "canteen.meal"
PACKED_LUNCH = "canteen.packed_lunch"


@dataclass(frozen=True)
class FamilyPrice:
    """A meal's price for one parent, and what some days come to for them.

    ``paid_meals`` counts the days of which they pay at least a part; ``total_cents`` is
    their part of them.
    """

    unit_price_cents: int
    band: str
    resolution: str
    quotient_known: bool
    paid_meals: int = 0
    total_cents: int = 0


def price_for(
    user: User,
    child: Child,
    day: dt.date,
    *,
    meals: Sequence[dt.date] = (),
    packed_lunch: bool = False,
) -> FamilyPrice | None:
    """Return what a meal of ``day``, and all of ``meals``, cost this parent.

    None for whoever is not a parent, for a helper who may not see money, and where no
    tariff is voted yet.
    """
    guardian = Guardian.objects.filter(user=user).first()
    if guardian is None or not reaches(user, Scope.PAYMENTS):
        return None
    start, end = min([day, *meals]), max([day, *meals])
    quotients = quotient_table([guardian.household_id], start, end)
    payers = payer_table([child.pk], start, end)
    prices = PriceTable(PACKED_LUNCH if packed_lunch else MEAL, start, end)
    try:
        quotient = quotients.on(guardian.household_id, day)
        price = prices.on(day, quotient)
        parts = [
            _part(
                guardian.pk,
                payers.on(child.pk, meal),
                prices.on(meal, quotients.on(guardian.household_id, meal)).unit_price_cents,
            )
            for meal in meals
        ]
    except RuleBroken:
        return None
    paid = [part for part in parts if part is not None]
    return FamilyPrice(
        unit_price_cents=price.unit_price_cents,
        band=price.band,
        resolution=price.resolution,
        quotient_known=quotient is not None,
        paid_meals=len(paid),
        total_cents=sum(paid),
    )


def _part(guardian: int, payers: list[tuple[int, int]], cents: int) -> int | None:
    """Return this guardian's part of a meal's price; None for a day others pay."""
    for place, (payer, _percent) in enumerate(payers):
        if payer == guardian:
            return money.split(cents, [percent for _, percent in payers])[place]
    return None
