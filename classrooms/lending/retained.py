"""Retention rules of movements."""

from __future__ import annotations

import datetime as dt

from classrooms.lending.models import Reservation, Transfer
from core.retention import Rule, follows, register

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("lending.Reservation", "lending.ReservedHour")
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
        Rule(
            "fleet.reservations",
            "lending.Reservation",
            dt.timedelta(days=365),
            "Un an : le temps de comparer deux années d’usage des chariots",
            lambda before: Reservation.objects.filter(day__lt=before.date()),
            age="day",
            what="Réservations de chariots passées",
            order=29,
        ),
    )
