"""Retention rules of planning: the plan stays as evidence, its people go."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from classrooms.planning.models import Forecast, Plan
from core.retention import Rule, register

_TEN_YEARS = dt.timedelta(days=10 * 365 + 3)


def _unname(rows: QuerySet[Any]) -> int:
    return rows.update(author=None, decided_by=None)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register(
        Rule(
            "fleet.plans",
            "planning.Plan",
            _TEN_YEARS,
            "Preuve d’une décision sur des biens publics : la répartition reste, sans les agents",
            lambda before: Plan.objects.filter(created_at__lt=before).exclude(
                Q(author__isnull=True) & Q(decided_by__isnull=True)
            ),
            _unname,
            age="created_at",
            what="Qui a préparé et approuvé des répartitions anciennes",
            order=31,
        ),
        Rule(
            "fleet.forecasts",
            "planning.Forecast",
            _TEN_YEARS,
            "Préparation des budgets : dix ans, comme les pièces comptables",
            lambda before: Forecast.objects.filter(created_at__lt=before),
            age="created_at",
            what="Prévisions de renouvellement anciennes",
            order=31,
        ),
    )
