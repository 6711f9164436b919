"""What we hold of the people who count and label devices."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.audits.models import Audit, Campaign, LabelPrint, Scan
from core.accounts.models import User
from core.rights.registry import Section, register_collector, tell


def counts(user: User) -> Iterator[Section]:
    """Tell campaigns ordered, counts opened or closed, scans, labels printed."""
    yield Section(
        "controles",
        _("Contrôles du parc"),
        _("Pour savoir qui a vu quel matériel, et quand."),
        _("Cinq ans, comme l’inventaire."),
        tell(
            Campaign.objects.filter(created_by=user).order_by("-starts_on"),
            str,
            ("starts_on", _("Du")),
            ("deadline", _("À finir avant le")),
        )
        + tell(
            Audit.objects.filter(Q(opened_by=user) | Q(closed_by=user))
            .select_related("cart__school", "school")
            .order_by("-opened_at"),
            str,
            ("opened_at", _("Commencé le")),
            ("closed_at", _("Clos le")),
        )
        + tell(
            Scan.objects.filter(by=user).order_by("-at", "-pk"),
            lambda _row: _("Scan"),
            ("at", _("Le")),
            ("text", _("Code lu")),
        )
        + tell(
            LabelPrint.objects.filter(by=user).order_by("-at", "-pk"),
            lambda _row: _("Étiquette imprimée"),
            ("at", _("Le")),
            ("reason", _("Raison")),
        ),
        order=68,
    )


def register() -> None:
    """Register it; called from ``AppConfig.ready``."""
    register_collector(
        "audits",
        counts,
        "audits.Campaign",
        "audits.Audit",
        "audits.Scan",
        "audits.LabelPrint",
    )
