"""Where charges come from: apps above register, billing asks. Payments knows none by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from core.journal import Actor

#: ``collect(start, end, by)`` turns what was served from ``start`` to ``end`` (service days,
#: both included) into charges through ``record_charges`` and returns how many it looked at.
#: It must be safe to repeat: the source key makes the second time change nothing.
Collect = Callable[[dt.date, dt.date, Actor], int]

_sources: dict[str, Collect] = {}


def register(name: str, collect: Collect) -> None:
    """Add a source, or replace the one of that name; call it from ``AppConfig.ready``."""
    _sources[name] = collect


def names() -> list[str]:
    """Return the sources in a stable order."""
    return sorted(_sources)


def collect(name: str, start: dt.date, end: dt.date, by: Actor) -> int:
    """Run one source over a period; returns how many things it looked at."""
    return _sources[name](start, end, by)
