"""Retention rules of searches and of the editors' work."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, follows, keeps, register
from resources.catalogue.models import (
    BulkEdit,
    DuplicateScan,
    MissedAsker,
    MissedQuery,
    SynonymChange,
)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("accounts.User", "catalogue.SavedSearch")
    keeps("Façons de dire une chose : des mots, jamais des personnes", "catalogue.SynonymGroup")
    follows("catalogue.MissedQuery", "catalogue.MissedCount")
    keeps(
        "L’histoire du catalogue : ce que disait chaque fiche, et l’agent qui l’a changée",
        "catalogue.Revision",
    )
    keeps(
        "Avec les ressources du catalogue ; aucune personne, sinon l’agent qui a décidé",
        "catalogue.DuplicatePair",
        "catalogue.Cover",
    )
    register(
        Rule(
            "catalogue.bulk_edits",
            "catalogue.BulkEdit",
            dt.timedelta(days=183),
            "Tant qu’une annulation est probable ; les versions de chaque fiche restent",
            lambda before: BulkEdit.objects.filter(started_at__lt=before).exclude(state="applying"),
            age="started_at",
            what="Modifications en masse du catalogue",
            order=10,
        ),
        Rule(
            "catalogue.duplicate_scans",
            "catalogue.DuplicateScan",
            dt.timedelta(days=31),
            "Un mois de recherches de doublons suffit à voir si elles tournent",
            lambda before: DuplicateScan.objects.filter(started_at__lt=before),
            age="started_at",
            what="Recherches de doublons faites",
            order=10,
        ),
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
