"""The workspace app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from core.accounts.models import User
    from core.home import HomeCard


def pupil_levels(user: User) -> Iterable[str]:
    """Return the level at which a pupil is on the roll of the account's class."""
    from enrolment.schools.models import RollEntry

    return (
        RollEntry.objects.current()
        .filter(child__pupil_account__user=user, child__pupil_account__state="active")
        .order_by()
        .values_list("level", flat=True)
    )


def places(user: User) -> Iterable[str]:
    """Return the schools and classes where a person learns or teaches."""
    from core.access import reach_of
    from core.accounts.roles import Role
    from enrolment.schools.models import RollEntry
    from resources.catalogue.access import classes_taught_by, place_of

    if user.has_role(Role.PUPIL):
        roll = RollEntry.objects.current().filter(
            child__pupil_account__user=user, child__pupil_account__state="active"
        )
        for uai, group in roll.order_by().values_list("school__uai", "class_group"):
            yield place_of(uai=uai)
            if group:
                yield place_of(class_group=group)
        return
    for uai in reach_of(user, Role.TEACHER, Role.HEAD_TEACHER).schools:
        yield place_of(uai=uai)
    for group in classes_taught_by(user):
        yield place_of(class_group=group)


def shown_to_classes() -> Iterable[tuple[int, str]]:
    """Return what teachers show in their class spaces, with their schools."""
    from resources.workspace.models import ClassNote

    return (
        ClassNote.resources.through.objects.order_by()
        .values_list("resource", "classnote__class_group__school__uai")
        .distinct()
    )


def home_cards(user: User) -> Iterable[HomeCard]:
    """Return what awaits a pupil, a teacher or a head in the workspace."""
    from resources.workspace.home import cards

    return cards(user)


class WorkspaceConfig(AppConfig):
    """Wires the workspace into the home page, the menu and the catalogue's rights."""

    name = "resources.workspace"
    label = "workspace"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what other apps ask for."""
        from django.utils.translation import gettext_lazy as _

        from core.accounts.roles import Role
        from core.home import NavItem, register_cards, register_nav
        from resources.catalogue.access import (
            register_places,
            register_pupil_levels,
            register_school_uses,
        )
        from resources.workspace import collected, merging, retained

        register_pupil_levels(pupil_levels)
        register_places(places)
        register_school_uses(shown_to_classes)
        register_cards(home_cards)
        retained.register_rules()
        collected.register()
        register_nav(
            NavItem(
                _("Mes classes"),
                "workspace:classes",
                frozenset({Role.TEACHER, Role.HEAD_TEACHER}),
                "class",
                40,
            ),
            NavItem(_("Ma classe"), "workspace:my_class", frozenset({Role.PUPIL}), "class", 10),
        )
        merging.register()
