"""Searching as of a day, in an index that is looked at anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import time_machine

from core import clock
from resources.catalogue import indexing


def at(day: str) -> Any:
    return time_machine.travel(clock.at(dt.date.fromisoformat(day), 7), tick=False)


def fresh(index: Callable[[], None]) -> None:
    index()
    indexing.engine()._looked_at = float("-inf")
