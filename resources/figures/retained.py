"""Retention rules of the figures: counts of a class go with its memory, the others name nobody."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, keeps, register
from resources.figures.models import ClassUse, GapReport


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    keeps(
        "Des comptes par école, niveau et mois, et des contrats : jamais des personnes",
        "figures.SchoolUse",
        "figures.CityUse",
        "figures.Subscription",
        "figures.Gap",
    )
    register(
        Rule(
            "figures.class_use",
            "figures.ClassUse",
            dt.timedelta(days=365),
            "L’année scolaire et la suivante, pour comparer ; au-delà la classe n’existe plus",
            lambda before: ClassUse.objects.filter(
                class_group__school_year__ends_on__lt=before.date()
            ),
            age="month",
            what="Ouvertures de ressources, comptées par classe",
            order=10,
        ),
        Rule(
            "figures.gap_reports",
            "figures.GapReport",
            dt.timedelta(days=2 * 365),
            "Le temps de deux campagnes d’achat",
            lambda before: GapReport.objects.filter(reported_on__lt=before.date()),
            age="reported_on",
            what="Ressources signalées manquantes par une classe",
            order=10,
        ),
    )
