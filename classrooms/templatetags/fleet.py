"""Small words of the fleet's pages."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.safestring import SafeString

from classrooms.models import Incident
from core.templatetags.ui import badge

register = template.Library()

_PRIORITIES = {1: ("urgent", "alert"), 2: ("warning", ""), 3: ("plain", "")}
_STEPS = {
    "reported": ("warning", "bell"),
    "in_progress": ("info", "users"),
    "swapped": ("info", "swap"),
    "closed": ("success", "check"),
}


@register.simple_tag
def priority_badge(incident: Incident) -> SafeString:
    """Show how soon an incident must be looked at."""
    tone, icon = _PRIORITIES[incident.priority]
    shown: SafeString = badge(incident.get_priority_display(), tone, icon)
    return shown


@register.simple_tag
def step_badge(incident: Incident) -> SafeString:
    """Show where an incident stands."""
    tone, icon = _STEPS[incident.state]
    shown: SafeString = badge(incident.get_state_display(), tone, icon)
    return shown


@register.filter
def late(incident: Incident, today: dt.date) -> bool:
    """Tell whether nobody has looked at an incident in time."""
    return incident.is_late(today)


@register.filter
def spaced(number: int | None) -> str:
    """Write a whole number with narrow spaces between thousands: 9300 → 9 300."""
    return f"{number or 0:,}".replace(",", "\u202f")
