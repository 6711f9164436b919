"""Retention rules of schools: the register stays fifty years, reduced to what it must say."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from core.retention import Rule, keeps, register
from enrolment.schools.models import RollEntry
from families.retained import register_served


def _served(before: dt.datetime) -> QuerySet[Any]:
    """Children on a roll since an instant."""
    day = before.date()
    return RollEntry.objects.filter(
        Q(left_on__isnull=True, school_year__ends_on__gte=day) | Q(left_on__gte=day)
    ).values("child")


def _over(before: dt.datetime) -> QuerySet[RollEntry]:
    """Entries whose child left, or whose year ended, before an instant."""
    day = before.date()
    return RollEntry.objects.filter(
        Q(left_on__lt=day) | Q(left_on__isnull=True, school_year__ends_on__lt=day)
    )


def _take_out_of_class(rows: QuerySet[Any]) -> int:
    return rows.update(class_group=None)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_served(_served)
    keeps(
        "Les écoles, leurs années et leurs secteurs, sans donnée personnelle",
        "schools.SchoolYear",
        "schools.SchoolClosure",
        "schools.School",
        "schools.StreetSegment",
        "schools.ClassGroup",
    )
    register(
        Rule(
            "schools.classes",
            "schools.RollEntry",
            dt.timedelta(days=365),
            "CNIL, ancienne norme simplifiée 58 : durée de la scolarité et un an",
            lambda before: _over(before).filter(class_group__isnull=False),
            _take_out_of_class,
            age="admitted_on",
            what="La classe, aux lignes anciennes du registre",
            order=40,
        ),
        Rule(
            "schools.register",
            "schools.RollEntry",
            dt.timedelta(days=50 * 365 + 13),
            "Archives de France, instruction DAF DPACI/RES/2005/003 : registre d’inscription, "
            "cinquante ans, puis versement ou élimination selon les archives",
            _over,
            age="admitted_on",
            what="Lignes du registre d’inscription",
            order=41,
        ),
    )
