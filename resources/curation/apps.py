"""The curation app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.home import HomeCard


def home_cards(user: User) -> Iterable[HomeCard]:
    """Return what awaits an editor."""
    from resources.curation.home import cards

    return cards(user)


class CurationConfig(AppConfig):
    """Wires collections into the menu, the catalogue's pages and class spaces."""

    name = "resources.curation"
    label = "curation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what other apps ask for."""
        from django.utils.translation import gettext_lazy as _

        from core.home import NavItem, register_cards, register_nav
        from core.messaging.kinds import register_kinds
        from resources.curation import collected, hooks, retained, telling
        from resources.curation.access import CURATORS, EDITORS

        register_cards(home_cards)
        register_kinds(*telling.KINDS)
        retained.register_rules()
        collected.register()
        hooks.register()
        register_nav(
            NavItem(_("Collections"), "curation:index", frozenset(CURATORS), "folder", 56),
            NavItem(
                _("Envoyés par les écoles"),
                "curation:suggestions",
                frozenset(EDITORS),
                "inbox",
                61,
            ),
        )
