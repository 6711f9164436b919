"""Retention rules of counts and labels: as long as the inventory they are evidence of."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef

from classrooms.audits.models import Audit, Campaign, LabelPrint
from core.retention import Rule, follows, purged, register

_FIVE_YEARS = dt.timedelta(days=5 * 365 + 1)


def register_rules() -> None:
    """Register them; called from ``AppConfig.ready``."""
    follows("audits.Audit", "audits.Scan", "audits.AuditLine")
    follows("audits.Campaign", "audits.CampaignSchool")
    register(
        Rule(
            "audits.labels",
            "audits.LabelPrint",
            _FIVE_YEARS,
            "Inventaire : cinq ans, durée d’amortissement ; l’agent part avec la ligne",
            lambda before: LabelPrint.objects.filter(at__lt=before),
            purged,
            age="at",
            what="Étiquettes imprimées, et par qui",
            order=30,
        ),
        Rule(
            "audits.audits",
            "audits.Audit",
            _FIVE_YEARS,
            "Inventaire : cinq ans, durée d’amortissement ; les scans partent avec le contrôle",
            lambda before: Audit.objects.filter(closed_at__lt=before),
            age="closed_at",
            what="Contrôles du parc, et qui les a faits",
            order=30,
        ),
        Rule(
            "audits.campaigns",
            "audits.Campaign",
            _FIVE_YEARS,
            "Inventaire : cinq ans, une fois tous ses contrôles partis",
            lambda before: Campaign.objects.filter(closed_at__lt=before).exclude(
                Exists(Audit.objects.filter(campaign=OuterRef("pk")))
            ),
            age="closed_at",
            what="Campagnes de contrôle terminées",
            order=31,
        ),
    )
