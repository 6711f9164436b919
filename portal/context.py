"""What every page needs to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.accounts.models import User
from core.home import nav_for


def portal(request: HttpRequest) -> dict[str, Any]:
    """Names, menu and demo flag for the page shell."""
    user = getattr(request, "user", None)
    return {
        "service_name": settings.SERVICE_NAME,
        "city_name": settings.CITY_NAME,
        "demo": settings.DEMO,
        "nav_items": nav_for(user) if isinstance(user, User) else [],
    }
