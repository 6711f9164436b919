"""Days in words, for templates."""

from __future__ import annotations

import datetime as dt

from django import template

from enrolment.canteen.words import day_in_words

register = template.Library()


@register.filter
def words(day: dt.date, style: str = "l j F") -> str:
    """Write a day as one says it: ``mardi 1er décembre``."""
    return day_in_words(day, style)
