"""Retention rules of devices' second life: proofs for five years, contacts while they serve."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from classrooms.secondlife.models import Departure, Lot, LotLine, Recipient, Sitting, Wipe
from core.retention import Rule, follows, keeps, register, unreferenced

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)
_PROOF = "Inventaire et preuve d’effacement (RGPD, art. 5-2 et 32) : cinq ans après la sortie"


def _left(before: dt.datetime) -> QuerySet[Lot]:
    return Lot.objects.filter(state__in=("gone", "cancelled"), opened_at__lt=before).exclude(
        gone_on__gte=before.date()
    )


def _drop_lots(rows: QuerySet[Any]) -> int:
    """Delete lots, then the receipts that served them alone."""
    from core.documents import discard
    from core.journal import SYSTEM

    lots = list(rows.select_related("receipt").order_by("pk"))
    receipts = [lot.receipt for lot in lots if lot.receipt is not None]
    rows.delete()
    for receipt in receipts:
        discard(receipt, by=SYSTEM)
    return len(lots)


def _proofs(before: dt.datetime) -> QuerySet[Wipe]:
    """Wipes that no line needs; those of a device still on its way out stay."""
    leaving = Departure.objects.filter(device=OuterRef("device"), state__in=("proposed", "decided"))
    return unreferenced(Wipe.objects.filter(~Exists(leaving), done_at__lt=before))


def _departures(before: dt.datetime) -> QuerySet[Departure]:
    """Ended ones, once the lot that took the device is gone too."""
    lines = LotLine.objects.filter(device=OuterRef("device"))
    return Departure.objects.filter(~Exists(lines), ended_at__lt=before)


def _contacts(before: dt.datetime) -> QuerySet[Recipient]:
    recent = Lot.objects.filter(recipient=OuterRef("pk"), opened_at__gte=before)
    return Recipient.objects.filter(~Exists(recent), updated_at__lt=before).exclude(
        contact="", phone="", email=""
    )


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps("Liste de versions, sans donnée personnelle", "secondlife.OldSystem")
    follows("secondlife.Lot", "secondlife.LotLine")
    follows("secondlife.Departure", "secondlife.Triage")
    register(
        Rule(
            "secondlife.lots",
            "secondlife.Lot",
            _FIVE_YEARS,
            _PROOF,
            _left,
            _drop_lots,
            age="opened_at",
            what="Lots donnés ou recyclés, avec leur reçu",
            order=24,
        ),
        Rule(
            "secondlife.wipes",
            "secondlife.Wipe",
            _FIVE_YEARS,
            _PROOF,
            _proofs,
            age="done_at",
            what="Preuves d’effacement, avec les agents qui les ont faites",
            order=25,
        ),
        Rule(
            "secondlife.departures",
            "secondlife.Departure",
            _FIVE_YEARS,
            _PROOF,
            _departures,
            age="ended_at",
            what="Appareils sortis du parc : pourquoi, décidé par qui",
            order=26,
        ),
        Rule(
            "secondlife.sittings",
            "secondlife.Sitting",
            _FIVE_YEARS,
            _PROOF,
            lambda before: unreferenced(Sitting.objects.filter(closed_at__lt=before)),
            age="closed_at",
            what="Séances de réforme et personnes présentes",
            order=27,
        ),
        Rule(
            "secondlife.contacts",
            "secondlife.Recipient",
            dt.timedelta(days=3 * 365),
            "Trois ans après le dernier lot : la personne à joindre ne l’est plus",
            _contacts,
            lambda rows: rows.update(contact="", phone="", email=""),
            age="updated_at",
            what="Personnes à joindre chez les bénéficiaires",
            order=28,
        ),
    )
