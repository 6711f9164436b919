"""Small words that registration pages share."""

from __future__ import annotations

from django import template

from enrolment.registration.home import tone_of

register = template.Library()


@register.filter
def state_tone(state: str) -> str:
    """Return the tone of the badge that shows an application's state."""
    return tone_of(state)


@register.filter
def check_tone(result: str) -> str:
    """Return the tone of the badge that shows what an agent found in a document."""
    return {"good": "success", "expired": "urgent", "unreadable": "urgent"}.get(result, "plain")
