"""Tariffs, charges, invoices."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory

from core import clock
from payments.models import BillingTerms, Charge, Invoice, InvoiceLine, Tariff, TariffBand
from tests.factories.families import ChildFactory, GuardianFactory


class TermsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BillingTerms
        django_get_or_create = ("valid_from",)

    valid_from = dt.date(2020, 8, 1)
    payment_days = 30
    reminder_days = 15
    resolution = "Délibération d'essai"


class TariffFactory(factory.django.DjangoModelFactory):
    """Prices by bands; ``bands=[(limit or None, cents), …]``."""

    class Meta:
        model = Tariff
        skip_postgeneration_save = True

    service = "canteen.meal"
    label = "Repas de cantine"
    kind = Tariff.Kind.BANDS
    valid_from = dt.date(2020, 8, 1)
    resolution = "Délibération d'essai"

    @factory.post_generation
    def bands(self: Tariff, create: bool, extracted: Any, **kwargs: Any) -> None:
        for rank, (limit, cents) in enumerate(extracted or [(500, 150), (None, 600)], start=1):
            TariffBand.objects.create(
                tariff=self, code=f"T{rank}", quotient_max=limit, unit_price_cents=cents
            )


class ChargeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Charge

    source_key = factory.Sequence(lambda n: f"test:{n}")
    child = factory.SubFactory(ChildFactory)
    guardian = factory.SubFactory(GuardianFactory)
    service = "canteen.meal"
    label = "Repas de cantine"
    service_day = factory.LazyFunction(clock.today)
    unit_price_cents = 362
    tariff_band = "T5"
    family_quotient = 1200


class InvoiceFactory(factory.django.DjangoModelFactory):
    """An invoice of ``total_cents`` in two lines' worth of meals."""

    class Meta:
        model = Invoice
        skip_postgeneration_save = True

    sequence = factory.Sequence(lambda n: 900_000 + n)
    year = 2025
    number = factory.LazyAttribute(lambda i: f"{i.year}-{i.sequence:06d}")
    payer = factory.SubFactory(GuardianFactory)
    month = dt.date(2025, 9, 1)
    issued_on = factory.LazyFunction(clock.today)
    due_on = factory.LazyFunction(lambda: clock.today() + dt.timedelta(days=30))
    total_cents = 3620
    balance_cents = factory.SelfAttribute("total_cents")
    payer_name = factory.LazyAttribute(lambda i: i.payer.full_name)
    payer_address = ["12 Rue des Tamaris", "13901 Port-Mistral"]

    @factory.post_generation
    def lines(self: Invoice, create: bool, extracted: Any, **kwargs: Any) -> None:
        child = ChildFactory(parents=[self.payer])
        InvoiceLine.objects.create(
            invoice=self,
            position=1,
            child=child,
            child_name=child.full_name,
            service="canteen.meal",
            label="Repas de cantine",
            days=[f"2025-09-{day:02d}" for day in (1, 2, 4, 5, 8, 9, 11, 12, 15, 16)],
            quantity=10,
            unit_price_cents=self.total_cents // 10,
            amount_cents=self.total_cents // 10 * 10,
            tariff_band="T5",
            family_quotient=1200,
        )
