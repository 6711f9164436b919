"""Retention rules of exchanges."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, keeps, register
from resources.exchange.models import CatalogueExport, HarvestRun
from resources.exchange.models.harvesting import OPEN_STATES


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps(
        "Des notices de ressources et leur histoire publique, jamais des personnes",
        "exchange.HarvestSource",
        "exchange.HarvestedRecord",
        "exchange.PublicRecord",
        "exchange.PublicRecordSet",
        "exchange.PublicState",
    )
    register(
        Rule(
            "exchange.exports",
            "exchange.CatalogueExport",
            dt.timedelta(days=30),
            "Le fichier part au bout d’un jour ; la ligne, quand plus personne ne la cherche",
            lambda before: CatalogueExport.objects.filter(asked_at__lt=before, document=None),
            age="asked_at",
            what="Listes de ressources exportées",
            order=10,
        ),
        Rule(
            "exchange.runs",
            "exchange.HarvestRun",
            dt.timedelta(days=365),
            "Un an de moissons suffit à comprendre d’où vient une notice ; le journal garde l’acte",
            lambda before: HarvestRun.objects.filter(started_at__lt=before).exclude(
                state__in=OPEN_STATES
            ),
            age="started_at",
            what="Lectures d’autres catalogues",
            order=10,
        ),
    )
