"""What the fleet's pages share: tabs, pages of a list, schools within reach."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from classrooms.access import FLEET_READERS, FLEET_STAFF
from classrooms.panels import menu_of
from core.access import signed_in
from core.accounts.models import User
from core.paging import page_of
from enrolment.schools.models import School

__all__ = ["number", "page_of", "schools_within_reach", "show"]


def show(
    request: HttpRequest, template: str, tab: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of the fleet with its menu; a template of another app names its folder.

    Its acts are offered to whoever runs a fleet somewhere, unless the page gives ``may_act``.
    """
    user = signed_in(request)
    parts, tabs, part = menu_of(user, tab)
    may_act = user.has_role(*FLEET_STAFF)
    context = {"may_act": may_act, **context}
    context |= {"parts": parts, "part": part, "tabs": tabs, "tab": tab}
    name = template if "/" in template else f"classrooms/{template}"
    return render(request, name, context, status=status)


def schools_within_reach(user: User) -> list[School]:
    """Return the schools whose fleet a person sees, by name."""
    schools = School.objects.filter(is_open=True).within_reach(user, *FLEET_READERS)
    return list(schools.only("pk", "uai", "name").order_by("name", "pk"))


def number(text: str) -> int | None:
    """Return a row's number from an address, or None for what cannot be one."""
    plain = text.isascii() and text.isdecimal() and len(text) < 16
    return int(text) if plain else None
