"""How figures are written on a page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from resources.figures.charts import spaced
from resources.figures.rules import Cell

register = template.Library()


@register.simple_tag
def number(value: int | None) -> SafeString | str:
    """Write a number with its thousands apart, or say that it is kept back."""
    if value is None:
        return format_html('<abbr title="{}">{}</abbr>', _("non communiqué"), _("n. c."))
    return spaced(value)


@register.simple_tag
def cell(value: Cell) -> SafeString | str:
    """Write a cell of a table."""
    return number(value.value)
