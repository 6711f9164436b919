"""Room on a class's page and on a pupil's, which apps above fill."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from enrolment.schools.models import ClassGroup
from resources.catalogue.panels import Panel, Room

__all__ = [
    "Panel",
    "class_panels",
    "pupil_panels",
    "register_class_panel",
    "register_pupil_panel",
]

_class_page, _pupil_page = Room(), Room()

ClassProvider = Callable[[HttpRequest, ClassGroup], Panel | None]


def register_class_panel(provider: ClassProvider) -> None:
    """Add a part to the page of a class, as its teacher and head see it."""
    _class_page.register(provider)


def register_pupil_panel(provider: ClassProvider) -> None:
    """Add a part to the page of a pupil of a class.

    Below order 50 it stands at the top, else above the words of the class.
    """
    _pupil_page.register(provider)


def class_panels(request: HttpRequest, class_group: ClassGroup) -> list[Panel]:
    """Return the parts that apps add to a class's page."""
    return _class_page.panels(request, class_group)


def pupil_panels(request: HttpRequest, class_group: ClassGroup) -> list[Panel]:
    """Return the parts that apps add to the page of a pupil of this class."""
    return _pupil_page.panels(request, class_group)
