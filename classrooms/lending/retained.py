"""Retention rules of movements."""

from __future__ import annotations

import datetime as dt

from classrooms.lending.models import Transfer
from core.retention import Rule, follows, register

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("lending.Transfer", "lending.TransferItem", "lending.TransferCart")
    register(
        Rule(
            "fleet.transfers",
            "lending.Transfer",
            _FIVE_YEARS,
            "Inventaire : cinq ans, comme l’histoire des appareils",
            lambda before: Transfer.objects.filter(ended_at__lt=before),
            age="ended_at",
            what="Transferts de matériel terminés",
            order=29,
        ),
    )
