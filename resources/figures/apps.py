"""The app of figures, costs and the curriculum map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.home import HomeCard


def home_cards(user: User) -> Iterable[HomeCard]:
    """Return what awaits an editor about costs."""
    from resources.figures.home import cards

    return cards(user)


class FiguresConfig(AppConfig):
    """Wires counting into openings, and pages into the menu."""

    name = "resources.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what other apps ask for."""
        from django.utils.translation import gettext_lazy as _

        from core.accounts.roles import Role
        from core.home import NavItem, register_cards, register_nav
        from resources.catalogue.openings import register_listener
        from resources.catalogue.replacing import adds_up
        from resources.figures import counting, retained
        from resources.figures.models import CityUse, ClassUse, SchoolUse

        editors = frozenset({Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR})
        register_cards(home_cards)
        register_nav(
            NavItem(
                _("Programme"),
                "figures:curriculum",
                frozenset({Role.TEACHER, Role.HEAD_TEACHER}),
                "list",
                52,
            ),
            NavItem(_("Usage et coûts"), "figures:overview", editors, "chart", 62),
            NavItem(
                _("Usage des ressources"),
                "figures:overview",
                frozenset({Role.HEAD_TEACHER}),
                "chart",
                62,
            ),
        )
        register_listener(counting.count_opening)
        retained.register_rules()
        when = ("month", "reader")
        adds_up("figures.ClassUse.resource", ClassUse, ("class_group", *when), "openings")
        adds_up("figures.SchoolUse.resource", SchoolUse, ("school", "level", *when), "openings")
        adds_up("figures.CityUse.resource", CityUse, ("level", *when), "openings")
