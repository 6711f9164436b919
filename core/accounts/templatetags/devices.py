"""``{{ session.user_agent|device }}``."""

from __future__ import annotations

from django import template

from core.accounts.devices import device_name

register = template.Library()


@register.filter
def device(user_agent: str) -> str:
    """Return « Firefox sur Windows » for what Firefox on Windows sends."""
    return device_name(user_agent)
