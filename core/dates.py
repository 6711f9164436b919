"""Dates in words, as the reader's language says them: in French the first is ``1er``."""

from __future__ import annotations

import datetime as dt
import re

from django.utils import formats
from django.utils.translation import get_language

#: A day number followed by the name of its month, among Django's format letters.
_DAY_OF_MONTH = re.compile(r"(?<!\\)j(?= [FNMbE])")


def spoken_format(day: int, style: str | None) -> str:
    """Return the format letters for a date of that day of the month, in the present language."""
    found = str(formats.get_format(style or "DATE_FORMAT"))
    if day == 1 and (get_language() or "").startswith("fr"):
        return _DAY_OF_MONTH.sub(r"j\\e\\r", found)
    return found


def date_format(value: dt.date, style: str | None = None) -> str:
    """Write a date with Django's format letters, in words one would say."""
    return formats.date_format(value, spoken_format(value.day, style))
