"""Retention rules of the workshop."""

from __future__ import annotations

import datetime as dt

from classrooms.workshop.models import Claim, FaultAlert, Repair
from core.retention import Rule, follows, keeps, register

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps("Décisions de la ville, sans donnée d’usager", "workshop.WorkshopTerms")
    follows("workshop.Repair", "workshop.RepairPart", "workshop.RepairEntry")
    register(
        Rule(
            "fleet.claims",
            "workshop.Claim",
            _FIVE_YEARS,
            "Code civil, article 2224 : ce qui est dû par un fabricant, cinq ans",
            lambda before: Claim.objects.filter(closed_at__lt=before),
            age="closed_at",
            what="Demandes de garantie terminées",
            order=26,
        ),
        Rule(
            "fleet.repairs",
            "workshop.Repair",
            _FIVE_YEARS,
            "Inventaire : cinq ans, durée d’amortissement, comme l’histoire de l’appareil",
            lambda before: Repair.objects.filter(closed_at__lt=before, claims__isnull=True),
            age="closed_at",
            what="Réparations terminées",
            order=27,
        ),
        Rule(
            "fleet.fault_alerts",
            "workshop.FaultAlert",
            _FIVE_YEARS,
            "Choix des modèles : la durée d’un marché, sans donnée personnelle",
            lambda before: FaultAlert.objects.filter(noticed_at__lt=before),
            age="noticed_at",
            what="Pannes répétées notées",
            order=27,
        ),
    )
