"""Retention rules of movements."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from classrooms.lending.models import AgreementLine, LoanAgreement, Reservation, Transfer
from classrooms.models import HandOut
from core.retention import Rule, follows, register

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)


def _given_back(before: dt.datetime) -> QuerySet[LoanAgreement]:
    """Agreements of which all was given back long ago; their documents go with the sweep."""
    kept = AgreementLine.objects.filter(
        Q(hand_out__state=HandOut.State.OPEN) | Q(hand_out__closed_at__gte=before)
    )
    return LoanAgreement.objects.filter(signed_at__lt=before).exclude(
        pk__in=kept.values("agreement")
    )


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("lending.LoanAgreement", "lending.AgreementLine")
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
            "fleet.agreements",
            "lending.LoanAgreement",
            dt.timedelta(days=365),
            "Un an après le retour du matériel, comme la remise ; le document part avec",
            _given_back,
            age="signed_at",
            what="Conventions de prêt de matériel rendu",
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
