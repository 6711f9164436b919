"""The citizen account, as pages see it."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from core.accounts.citizen import server

register = template.Library()


@register.simple_tag
def citizen_door() -> dict[str, Any] | None:
    """Return how the citizen account is called here, or None where there is no such door."""
    return {"label": settings.CITIZEN_LABEL} if server.configured() else None
