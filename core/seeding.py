"""What every app's ``seeding.seed(ctx)`` receives, and the sizes of the two demo cities."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.accounts.models import User

T = TypeVar("T")

#: Password of every demo person; published on the demo's own pages.
DEMO_PASSWORD = "bienvenue-a-port-mistral"  # noqa: S105
#: Base32 TOTP secret of every demo agent, so that the demo can show the current code.
DEMO_TOTP_SECRET = "MISTRALMISTRALMISTRALMISTRALABCD"  # noqa: S105


@dataclass(frozen=True)
class Scale:
    """How many of each thing a demo city holds."""

    name: str
    schools: int
    equipped_schools: int
    pupils: int
    computers: int
    tablets: int
    lines: int
    meals_a_day: int
    resources: int = 1800


SMALL = Scale("small", 12, 7, 1500, 110, 140, 12, 1000)
CITY = Scale("city", 444, 229, 75_000, 4100, 5200, 431, 50_000)
SCALES = {scale.name: scale for scale in (SMALL, CITY)}


@dataclass
class SeedContext:
    """Shared by all seeders of one run.

    ``today`` is the service day around which data lies. ``people`` maps a demo person's
    key (``parent``, ``teacher`` …) to their account; ``marks`` lets seeders leave objects
    for later ones (documented where they are set). ``quick_password`` is a hash made
    once: hashing 75,000 passwords would take an hour.
    """

    scale: Scale
    seed: int
    today: dt.date
    quick_password: str
    progress: Callable[[str, int, int], None]
    people: dict[str, User] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)

    def rng(self, area: str) -> random.Random:
        """Return a generator of its own for ``area``: areas don't disturb each other."""
        return random.Random(f"{self.seed}:{self.scale.name}:{area}")

    def track(self, label: str, items: Iterable[T], total: int) -> Iterator[T]:
        """Yield ``items`` while moving the progress bar ``label`` towards ``total``."""
        done = 0
        for done, item in enumerate(items, start=1):
            yield item
            if done % 500 == 0:
                self.progress(label, done, total)
        self.progress(label, done, total)
