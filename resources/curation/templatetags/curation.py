"""How stars are shown."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def stars(value: float) -> SafeString:
    """Draw five stars, ``value`` of them full; the figure is read aloud."""
    full = min(5, max(0, int(value + 0.5)))
    drawn = mark_safe(  # noqa: S308 — our own markup
        "".join(icon("star", css="star star--on" if n < full else "star") for n in range(5))
    )
    figure = number_format(value, 0 if float(value).is_integer() else 1)
    words = _("%(figure)s étoiles sur 5") % {"figure": figure}
    return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', words, drawn)
