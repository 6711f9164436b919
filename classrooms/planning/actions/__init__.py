"""The only writers of plans and forecasts: one verb each, locked, journalled."""

from classrooms.planning.actions.forecasts import drop_forecast, keep_forecast
from classrooms.planning.actions.plans import (
    change_plan,
    copy_plan,
    create_plan,
    decide_plan,
    digest_of,
    drop_plan,
    freeze_plan,
)
from classrooms.planning.actions.sending import Sending, send_plan

__all__ = [
    "Sending",
    "change_plan",
    "copy_plan",
    "create_plan",
    "decide_plan",
    "digest_of",
    "drop_forecast",
    "drop_plan",
    "freeze_plan",
    "keep_forecast",
    "send_plan",
]
