"""The ``date`` filter of every template; a builtin, so that no page can forget it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template.defaultfilters import date as plain_date

from core.dates import spoken_format

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: Any, style: str | None = None) -> Any:
    """Write a date as Django does; in French the first of a month is ``1er``."""
    if isinstance(value, dt.date):
        style = spoken_format(value.day, style)
    return plain_date(value, style)
