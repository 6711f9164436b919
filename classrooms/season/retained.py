"""Retention rules of September: what a school year asked goes after the next one."""

from __future__ import annotations

import datetime as dt

from classrooms.season.models import SeasonRun
from core.retention import Rule, follows, register


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("season.SeasonRun", "season.SchoolSeason")
    follows("season.SchoolSeason", "season.SeasonStep", "season.CartPlan")
    register(
        Rule(
            "season.runs",
            "season.SeasonRun",
            dt.timedelta(days=2 * 365),
            "Deux ans : comparer une rentrée à la précédente ; le journal garde les actes",
            lambda before: SeasonRun.objects.filter(started_at__lt=before),
            age="started_at",
            what="Rentrées passées, étape par étape",
            order=22,
        )
    )
