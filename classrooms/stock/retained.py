"""Retention rules of the stock."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet, Sum

from classrooms.stock.models import SimCard, StockMovement
from core.retention import Rule, follows, keeps, purged, register

_TEN_YEARS = dt.timedelta(days=10 * 365 + 3)


def _carry(rows: QuerySet[Any]) -> int:
    """Let old movements go; one line each item and place keeps what they came to."""
    places = ("item", "depot", "school")
    sums = rows.order_by().values_list(*places).annotate(total=Sum("quantity"))
    carried = [
        StockMovement(kind="carried", item_id=item, depot_id=depot, school_id=school, quantity=n)
        for item, depot, school, n in sums
        if n
    ]
    for line in carried:
        line.via = "task"
    count = purged(rows)
    StockMovement.objects.bulk_create(carried)
    return count


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps(
        "Matériel et organisation, sans donnée personnelle",
        "stock.StockItem",
        "stock.StockLevel",
    )
    follows("stock.SimCard", "stock.SimEvent")
    register(
        Rule(
            "fleet.sims",
            "stock.SimCard",
            dt.timedelta(days=5 * 365 + 1),
            "Code civil, article 2224 : contrats, cinq ans après la résiliation",
            lambda before: SimCard.objects.filter(state=SimCard.State.ENDED, changed_at__lt=before),
            age="changed_at",
            what="Cartes SIM résiliées",
            order=28,
        ),
        Rule(
            "fleet.stock",
            "stock.StockMovement",
            _TEN_YEARS,
            "Comptabilité des stocks : dix ans ; la somme reste, l’agent part avec le mouvement",
            lambda before: StockMovement.objects.filter(at__lt=before),
            _carry,
            age="at",
            what="Mouvements de stock anciens",
            order=29,
        ),
    )
