"""``{% once_token %}``: the hidden field that makes a form act once (core.once)."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.once import FIELD, new_token

register = template.Library()


@register.simple_tag
def once_token() -> SafeString:
    """Return a hidden field with a fresh token."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_token())
