"""The assignments app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest

    from core.accounts.models import User
    from core.home import HomeCard
    from enrolment.schools.models import ClassGroup
    from resources.catalogue.models import Resource
    from resources.catalogue.panels import Panel
    from resources.curation.models import Collection


def home_cards(user: User) -> Iterable[HomeCard]:
    """Return what awaits a pupil or a teacher."""
    from resources.assignments.home import cards

    return cards(user)


def class_panel(request: HttpRequest, class_group: ClassGroup) -> Panel | None:
    """Return what stands on a class's page."""
    from resources.assignments.rooms import on_class_page

    return on_class_page(request, class_group)


def pupil_panel(request: HttpRequest, class_group: ClassGroup) -> Panel | None:
    """Return what stands on a pupil's page."""
    from resources.assignments.rooms import on_pupil_page

    return on_pupil_page(request, class_group)


def resource_act(request: HttpRequest, resource: Resource) -> Panel | None:
    """Return the button that stands among a resource's acts."""
    from resources.assignments.rooms import among_acts

    return among_acts(request, resource)


def resource_panel(request: HttpRequest, resource: Resource) -> Panel | None:
    """Return what stands on a resource's page."""
    from resources.assignments.rooms import on_resource_page

    return on_resource_page(request, resource)


def sheet_panel(request: HttpRequest, resource: Resource) -> Panel | None:
    """Return what stands where a resource is read."""
    from resources.assignments.rooms import on_sheet

    return on_sheet(request, resource)


def collection_act(request: HttpRequest, collection: Collection) -> Panel | None:
    """Return the button that stands on a collection's page."""
    from resources.assignments.rooms import on_collection

    return on_collection(request, collection)


class AssignmentsConfig(AppConfig):
    """Wires what is given into the home page, the menu, the pages of classes and resources."""

    name = "resources.assignments"
    label = "assignments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what other apps ask for."""
        from django.utils.translation import gettext_lazy as _

        from core.accounts.roles import Role
        from core.home import NavItem, register_cards, register_nav
        from resources.assignments import collected, merging, retained
        from resources.catalogue.panels import (
            register_resource_acts,
            register_resource_panel,
            register_sheet_panel,
        )
        from resources.curation.panels import register_collection_acts
        from resources.workspace.panels import register_class_panel, register_pupil_panel

        register_cards(home_cards)
        register_class_panel(class_panel)
        register_pupil_panel(pupil_panel)
        register_resource_acts(resource_act)
        register_resource_panel(resource_panel)
        register_sheet_panel(sheet_panel)
        register_collection_acts(collection_act)
        retained.register_rules()
        collected.register()
        merging.register()
        register_nav(
            NavItem(
                _("Ma semaine"),
                "assignments:week",
                frozenset({Role.TEACHER, Role.HEAD_TEACHER}),
                "calendar",
                45,
            ),
            NavItem(
                _("Licences"),
                "assignments:licences",
                frozenset({Role.CATALOGUE_EDITOR, Role.ADMINISTRATOR}),
                "key",
                65,
            ),
        )
