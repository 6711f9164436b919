"""Forecasts: kept under a name, dropped by who kept them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.planning.models import Forecast
from classrooms.planning.rules.refresh import Assumptions, Outlook
from core import journal
from core.errors import RuleBroken
from core.journal import Actor


def keep_forecast(
    *,
    by: Actor,
    name: str,
    on: dt.date,
    given: Assumptions,
    outlook: Outlook,
    category: int | None = None,
) -> Forecast:
    """Keep a forecast as it is today. Raises RuleBroken ``name`` without one."""
    if not name.strip():
        raise RuleBroken("name", _("Donnez un nom à cette prévision."), "name")
    with transaction.atomic():
        kept = Forecast.objects.create(
            name=name.strip()[:80],
            on=on,
            assumptions={**asdict(given), "category": category},
            years=[[y.year, y.count, y.cents, y.waiting] for y in outlook.years],
            author=by.user,
        )
        journal.record(by, "forecast.keep", kept, cents=kept.cents, devices=kept.devices)
    return kept


def drop_forecast(*, by: Actor, forecast: Forecast) -> None:
    """Forget a forecast. Raises RuleBroken ``author`` for anybody but who kept it."""
    if by.user is None or forecast.author_id != by.user.pk:
        raise RuleBroken("author", _("Seul son auteur peut l’effacer."))
    with transaction.atomic():
        journal.record(by, "forecast.drop", forecast)
        forecast.delete()
