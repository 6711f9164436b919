"""What every page needs to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from core.accounts.models import User
from core.acting import stand_in as acting_person
from core.home import NavItem, nav_for
from core.inbox import mail_of
from portal.views.choices import THEME_COOKIE, THEMES


def section_of(path: str, items: list[NavItem]) -> str:
    """Return the address of the menu entry below which ``path`` lies, the longest one."""
    found = ""
    for item in items:
        try:
            target = reverse(item.url_name)
        except NoReverseMatch:
            continue
        if target != "/" and path.startswith(target) and len(target) > len(found):
            found = target
    return found


def portal(request: HttpRequest) -> dict[str, Any]:
    """Names, menu, theme and demo flag for the page shell."""
    user = getattr(request, "user", None)
    acting = getattr(request, "acting", None)
    person = acting_person(acting) if acting else user
    items = nav_for(person) if isinstance(person, User) else []
    if acting:
        items = [item for item in items if acting.may_open(item.url_name)]
    mail = SimpleLazyObject(lambda: mail_of(person)) if isinstance(person, User) else None
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "service_name": settings.SERVICE_NAME,
        "city_name": settings.CITY_NAME,
        "demo": settings.DEMO,
        "acting": acting,
        "nav_items": items,
        "mail": mail,
        "theme": theme if theme in THEMES else "",
        "current_path": request.path,
        "current_url": request.get_full_path() if request.method == "GET" else "/",
        "current_section": section_of(request.path, items),
    }
