"""Tags of the agents' pages."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from families.desk.words import marked

register = template.Library()


@register.simple_tag
def found_in(text: str, wanted: Iterable[str]) -> SafeString:
    """Show a name with the words it was found by marked."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", piece) if hit else piece,)
            for piece, hit in marked(text, wanted)
        ),
    )
