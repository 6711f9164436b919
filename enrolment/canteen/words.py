"""Days and limits in words, as one says them."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from core import clock
from core.dates import date_format


def day_in_words(day: dt.date, style: str = "l j F") -> str:
    """Write a day with Django's format letters."""
    return date_format(day, style)


def limit_in_words(limit: dt.datetime) -> str:
    """Write a cut-off as one says it: ``jeudi 3 septembre à 12 h``."""
    local = limit.astimezone(clock.PARIS)
    words = {"day": day_in_words(local.date()), "hour": local.hour, "minute": local.minute}
    if local.minute:
        return _("%(day)s à %(hour)d h %(minute)02d") % words
    return _("%(day)s à %(hour)d h") % words
