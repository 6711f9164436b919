"""The catalogue app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.home import HomeCard


def home_cards(user: User) -> Iterable[HomeCard]:
    """Return what awaits a reader or an editor of the catalogue."""
    from resources.catalogue.home import cards

    return cards(user)


class CatalogueConfig(AppConfig):
    """Wires the catalogue into the home page and the menu."""

    name = "resources.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register cards and menu entries."""
        from django.utils.translation import gettext_lazy as _

        from core.accounts.roles import Role
        from core.home import NavItem, register_cards, register_nav

        register_cards(home_cards)
        readers = frozenset({Role.TEACHER, Role.HEAD_TEACHER, Role.PUPIL})
        editors = frozenset({Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR})
        register_nav(
            NavItem(_("Ressources"), "catalogue:search", readers | editors, "books", 50),
            NavItem(_("Favoris"), "catalogue:favourites", readers, "heart", 55),
            NavItem(_("Gérer le catalogue"), "catalogue:manage", editors, "edit", 60),
        )
