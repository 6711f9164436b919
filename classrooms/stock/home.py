"""What the stock puts on home pages and in the fleet's menu."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.access import FLEET_STAFF
from classrooms.panels import Tab
from core.accounts.models import User
from core.accounts.roles import Role
from core.home import HomeCard

TABS = (
    Tab("stock", "stock", gettext_lazy("Articles"), "stock:levels", FLEET_STAFF, 10),
    Tab("sims", "stock", gettext_lazy("Cartes SIM"), "stock:sims", FLEET_STAFF, 20),
)


def cards(user: User) -> Iterator[HomeCard]:
    """Yield what must be ordered, for those who order."""
    from classrooms.stock.queries.levels import low_count
    from classrooms.stock.queries.sims import lost_count

    if not user.has_role(Role.IT_MANAGER):
        return
    lost = lost_count(user)
    if lost:
        yield HomeCard(
            title=_("Cartes SIM à bloquer"),
            text=_("Des cartes perdues attendent d’être bloquées par l’opérateur."),
            url=reverse("stock:sims") + "?state=lost",
            action=_("Voir les cartes"),
            tone="urgent",
            count=lost,
            icon="alert",
            order=22,
        )
    low = low_count(user)
    if low:
        yield HomeCard(
            title=_("Stock à commander"),
            text=_("Des articles sont passés sous leur minimum."),
            url=reverse("stock:levels") + "?show=low",
            action=_("Voir quoi commander"),
            tone="waiting",
            count=low,
            icon="box",
            order=30,
        )
