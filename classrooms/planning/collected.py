"""What we hold of the people who plan."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.planning.models import Forecast, Plan
from core.accounts.models import User
from core.rights.registry import Section, register_collector, tell


def planning(user: User) -> Iterator[Section]:
    """Tell the plans one wrote or decided, the forecasts one kept."""
    yield Section(
        "prevoir",
        _("Prévisions et répartitions de matériel"),
        _("Pour savoir qui a préparé et qui a décidé."),
        _("Dix ans, comme les décisions sur les biens de la Ville."),
        tell(
            Plan.objects.filter(Q(author=user) | Q(decided_by=user)).order_by("-created_at", "-pk"),
            str,
            ("state", _("État")),
            ("created_at", _("Créée le")),
            ("decided_at", _("Décidée le")),
        )
        + tell(
            Forecast.objects.filter(author=user).order_by("-created_at", "-pk"),
            str,
            ("created_at", _("Créée le")),
        ),
        order=69,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector("planning", planning, "planning.Plan", "planning.Forecast")
