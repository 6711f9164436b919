"""Retention rules of searches."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, follows, keeps, register
from resources.catalogue.models import MissedAsker, MissedQuery, SynonymChange


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("accounts.User", "catalogue.SavedSearch")
    keeps("Façons de dire une chose : des mots, jamais des personnes", "catalogue.SynonymGroup")
    follows("catalogue.MissedQuery", "catalogue.MissedCount")
    register(
        Rule(
            "catalogue.synonym_changes",
            "catalogue.SynonymChange",
            dt.timedelta(days=365),
            "Tant qu’un changement peut s’annuler ; le journal garde l’acte",
            lambda before: SynonymChange.objects.filter(at__lt=before),
            age="at",
            what="Changements de la liste des synonymes",
            order=10,
        ),
        Rule(
            "catalogue.missed_askers",
            "catalogue.MissedAsker",
            dt.timedelta(days=92),
            "Le temps de compter des personnes différentes (RGPD, article 5, 1, c et e)",
            lambda before: MissedAsker.objects.filter(day__lt=before.date()),
            age="day",
            what="Empreintes de qui a cherché sans trouver",
            order=9,
        ),
        Rule(
            "catalogue.missed",
            "catalogue.MissedQuery",
            dt.timedelta(days=730),
            "Deux campagnes d’achat de ressources",
            lambda before: MissedQuery.objects.filter(last_asked_on__lt=before.date()),
            age="last_asked_on",
            what="Recherches restées sans réponse",
            order=10,
        ),
    )
