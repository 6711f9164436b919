"""Short texts: to whom, when, how long; the provider is what ``SMS_TRANSPORT`` names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import holidays
from django.conf import settings

from core import clock
from core.accounts.models import User
from core.messaging import preferences
from core.messaging.kinds import kind_of

#: Nobody's telephone rings before the first hour or from the second on (Paris time).
FROM_HOUR, UNTIL_HOUR = 8, 20
#: One text: 160 letters of the GSM alphabet; with others, the provider counts in 70.
MAX_LENGTH = 160
_MOBILE = re.compile(r"(?:\+33|0033|0)([67]\d{8})")

_numbers: list[Callable[[User], str]] = []


def register_numbers(number_of: Callable[[User], str]) -> None:
    """Let an app say somebody's telephone number; call it from ``AppConfig.ready``."""
    if number_of not in _numbers:
        _numbers.append(number_of)


def international(number: str) -> str:
    """Return a French mobile number in E.164 form, or nothing for any other."""
    found = _MOBILE.fullmatch(re.sub(r"[\s.\-()]", "", number))
    return f"+33{found[1]}" if found else ""


def mobile_of(user: User) -> str:
    """Return where somebody's short texts go, or nothing."""
    return next(filter(None, (international(number(user)) for number in _numbers)), "")


def number_for(user: User, kind: str) -> str:
    """Return where a short text of a kind goes, or nothing: not wanted, or no mobile."""
    if not settings.SMS_TRANSPORT or not preferences.wants_sms(kind_of(kind), user):
        return ""
    return mobile_of(user)


def allowed_from(at: dt.datetime) -> dt.datetime:
    """Return the first instant from ``at`` on when a telephone may ring.

    Between 8 in the morning and 8 in the evening, neither Sundays nor public holidays.
    """
    day = clock.service_day(at)
    if at >= clock.at(day, UNTIL_HOUR):
        day += dt.timedelta(days=1)
    while day.weekday() == 6 or day in holidays.country_holidays("FR", years=day.year):
        day += dt.timedelta(days=1)
    return max(at, clock.at(day, FROM_HOUR))


def shortened(text: str) -> str:
    """Return one line that fits one short text."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"
