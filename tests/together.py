"""Acts at once, each on a connection of its own: what races are tested with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from django.core import mail  # noqa: F401 — Django's outbox must exist before threads start
from django.db import connections

from core.errors import RuleBroken


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at once; return, in order, what each returned or the rule that refused it.

    Anything else that an act raises is the test's failure.
    """
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=20)
            return act()
        except RuleBroken as broken:
            return broken
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run one act as many times at once, each with its number; return as ``together`` does."""
    return together(*(partial(act, number) for number in range(count)))


def told(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at once; return what each returned, or the code of the rule that refused it."""
    return [end.code if isinstance(end, RuleBroken) else end for end in together(*acts)]
