"""Items of the stock."""

from __future__ import annotations

import factory

from classrooms.stock.models import StockItem


class StockItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StockItem

    name = factory.Sequence(lambda n: f"Chargeur {n}")
    kind = StockItem.Kind.PART
    price_cents = 1290
