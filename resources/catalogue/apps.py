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


def kept_by_teachers() -> Iterable[tuple[int, str]]:
    """Return what teachers keep at hand, with their schools."""
    from core.accounts.models import Post
    from resources.catalogue.access import TEACHING
    from resources.catalogue.models import Favourite

    posts = Post.objects.current().filter(role__in=TEACHING, scope_kind="school")
    schools: dict[int, set[str]] = {}
    for user, uai in posts.order_by().values_list("user", "scope_ref"):
        schools.setdefault(user, set()).add(uai)
    kept = Favourite.objects.filter(user__in=schools).order_by()
    for resource, user in kept.values_list("resource", "user"):
        for uai in schools[user]:
            yield resource, uai


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
        from core.messaging.kinds import register_kinds
        from resources.catalogue import collected, retained, telling
        from resources.catalogue.access import register_school_uses

        register_kinds(*telling.KINDS)
        retained.register_rules()
        collected.register()
        register_cards(home_cards)
        register_school_uses(kept_by_teachers)
        readers = frozenset({Role.TEACHER, Role.HEAD_TEACHER, Role.PUPIL})
        editors = frozenset({Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR})
        register_nav(
            NavItem(_("Ressources"), "catalogue:search", readers | editors, "books", 50),
            NavItem(_("Favoris"), "catalogue:favourites", readers, "heart", 55),
            NavItem(_("Gérer le catalogue"), "catalogue:manage", editors, "edit", 60),
        )
