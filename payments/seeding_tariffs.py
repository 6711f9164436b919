"""Invented tariffs of Port-Mistral: shaped like those French cities vote, dated, with sources."""

from __future__ import annotations

import datetime as dt

from core.clock import school_year_of
from core.seeding import SeedContext
from payments.models import BillingTerms, Tariff, TariffBand

#: Highest quotient of each band (None: the top), then prices in cents by year of vote,
#: the newest first. Invented values of an invented city.
_LIMITS = (234, 384, 548, 959, 1370, 1900, 2500, None)
_MEAL_PRICES = (
    (13, 85, 162, 228, 362, 461, 530, 600),
    (13, 82, 157, 221, 351, 447, 514, 582),
    (13, 80, 152, 215, 341, 434, 499, 565),
)
_PACKED_LUNCH_PRICES = (
    (7, 43, 81, 114, 181, 231, 265, 300),
    (7, 41, 79, 111, 176, 224, 257, 291),
    (7, 40, 76, 108, 171, 217, 250, 283),
)


def seed_tariffs(ctx: SeedContext) -> None:
    """Write three school years of tariffs, an effort-rate one to come, and payment terms."""
    start = school_year_of(ctx.today)
    for service, label, table in (
        ("canteen.meal", "Repas de cantine", _MEAL_PRICES),
        ("canteen.packed_lunch", "Accueil avec panier-repas", _PACKED_LUNCH_PRICES),
    ):
        for age, prices in enumerate(table):
            year = start - age
            tariff = Tariff.objects.create(
                service=service,
                label=label,
                kind=Tariff.Kind.BANDS,
                valid_from=dt.date(year, 8, 1),
                resolution=f"Délibération {year}-{118 - 3 * age} du 27 juin {year}",
            )
            TariffBand.objects.bulk_create(
                TariffBand(
                    tariff=tariff,
                    code=f"T{rank}",
                    quotient_max=limit,
                    unit_price_cents=price,
                )
                for rank, (limit, price) in enumerate(zip(_LIMITS, prices, strict=True), start=1)
            )
    Tariff.objects.create(
        service="wraparound.evening",
        label="Accueil du soir",
        kind=Tariff.Kind.EFFORT_RATE,
        valid_from=dt.date(start, 8, 1),
        resolution=f"Délibération {start}-121 du 27 juin {start}",
        rate_per_mille="1.400",
        floor_cents=30,
        ceiling_cents=280,
    )
    for year, days in ((start - 2, 20), (start - 1, 25), (start, 30)):
        BillingTerms.objects.create(
            valid_from=dt.date(year, 8, 1),
            payment_days=days,
            reminder_days=15,
            resolution=f"Délibération {year}-124 du 27 juin {year}",
        )
