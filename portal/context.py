"""What every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class NavLink:
    """An entry of the menu with its address. ``current`` is as ``aria-current`` wants it."""

    item: NavItem
    url: str
    current: str = ""


def links_of(items: list[NavItem], path: str) -> list[NavLink]:
    """Return the menu on the page at ``path``: the entry it lies below, the longest, is marked."""
    found = [(item, _address(item.url_name)) for item in items]
    below = [url for _item, url in found if url != "/" and url and path.startswith(url)]
    section = max(below, key=len, default="")
    return [
        NavLink(item, url, "page" if url == path else "true" if url == section else "")
        for item, url in found
        if url
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


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
        "nav_links": links_of(items, request.path),
        "mail": mail,
        "theme": theme if theme in THEMES else "",
        "current_path": request.path,
        "current_url": request.get_full_path() if request.method == "GET" else "/",
    }
