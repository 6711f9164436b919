"""Retention rules of collections, reviews, suggestions and reports of problems."""

from __future__ import annotations

import datetime as dt

from core.retention import Rule, follows, register
from resources.curation.models import ClassShare, Collection, Problem, Suggestion
from resources.curation.rules import UNDO_DAYS

_ANSWERED = "Le temps de revenir sur la réponse ; le journal garde l’acte"


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("accounts.User", "curation.Review")
    follows("curation.Review", "curation.ReviewReport")
    follows("curation.Collection", "curation.CollectionItem", "curation.Proposal")
    register(
        Rule(
            "curation.bin",
            "curation.Collection",
            dt.timedelta(days=UNDO_DAYS),
            "Le temps de la reprendre, promis à qui la supprime",
            lambda before: Collection.objects.filter(deleted_at__lt=before),
            age="deleted_at",
            what="Collections supprimées",
            order=20,
        ),
        Rule(
            "curation.class_shares",
            "curation.ClassShare",
            dt.timedelta(0),
            "Fin de l’année scolaire",
            lambda before: ClassShare.objects.filter(
                class_group__school_year__ends_on__lt=before.date()
            ),
            age="shared_at",
            what="Collections montrées à une classe",
            order=10,
        ),
        Rule(
            "curation.suggestions",
            "curation.Suggestion",
            dt.timedelta(days=365),
            _ANSWERED,
            lambda before: Suggestion.objects.filter(decided_at__lt=before),
            age="decided_at",
            what="Ressources proposées par des enseignants",
            order=10,
        ),
        Rule(
            "curation.problems",
            "curation.Problem",
            dt.timedelta(days=365),
            _ANSWERED,
            lambda before: Problem.objects.filter(settled_at__lt=before),
            age="settled_at",
            what="Problèmes signalés sur des ressources",
            order=10,
        ),
    )
