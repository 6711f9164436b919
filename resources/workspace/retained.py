"""Retention rules of class spaces and pupils' accounts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core.accounts.models import User
from core.retention import Rule, follows, keeps, register
from core.rights.forgetting import forget_users, register_needs
from resources.catalogue.models import ImportRun
from resources.workspace.models import ClassCharter, ClassNote, PupilAccount

_SDET = "Schéma directeur des espaces numériques de travail : trois mois après le départ"


@transaction.atomic
def _forget_pupils(rows: QuerySet[Any]) -> int:
    users = list(rows.values_list("user", flat=True))
    count = rows.delete()[1].get("workspace.PupilAccount", 0)
    forget_users(User.objects.filter(pk__in=users))
    return count


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_needs(lambda _before: PupilAccount.objects.values_list("user", flat=True))
    follows("accounts.User", "catalogue.Favourite")
    keeps(
        "Le catalogue : des ressources et des comptes d’usage, jamais des personnes",
        "catalogue.Term",
        "catalogue.Resource",
        "catalogue.Contribution",
        "catalogue.Relation",
        "catalogue.ImportProfile",
        "catalogue.ResourceUse",
        "catalogue.CatalogueVersion",
    )
    register(
        Rule(
            "catalogue.imports",
            "catalogue.ImportRun",
            dt.timedelta(days=92),
            "Tant qu’une correction du tableau est probable ; le journal garde l’acte",
            lambda before: ImportRun.objects.filter(started_at__lt=before).exclude(
                state="applying"
            ),
            age="started_at",
            what="Tableaux de ressources reçus",
            order=10,
        ),
        Rule(
            "workspace.pupils",
            "workspace.PupilAccount",
            dt.timedelta(days=92),
            _SDET,
            lambda before: PupilAccount.objects.filter(state="closed", closed_at__lt=before),
            _forget_pupils,
            age="closed_at",
            what="Comptes d’élèves partis",
            order=10,
        ),
        Rule(
            "workspace.notes",
            "workspace.ClassNote",
            dt.timedelta(0),
            "Fin de l’année scolaire",
            lambda before: ClassNote.objects.filter(
                class_group__school_year__ends_on__lt=before.date()
            ),
            age="posted_at",
            what="Mots d’un enseignant à sa classe",
            order=10,
        ),
        Rule(
            "workspace.charters",
            "workspace.ClassCharter",
            dt.timedelta(days=365),
            "L’année scolaire et un an",
            lambda before: ClassCharter.objects.filter(
                class_group__school_year__ends_on__lt=before.date()
            ),
            age="accepted_at",
            what="Présentations de la charte à une classe",
            order=10,
        ),
    )
