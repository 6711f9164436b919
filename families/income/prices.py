"""What a quotient means in euros: apps that price register, families knows none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class PriceLine:
    """What one service costs at a quotient, for a unit (a meal), with its tariff band."""

    label: str
    unit_price_cents: int
    band: str


#: Returns prices at a quotient (None: not known) on a service day.
Teller = Callable[[int | None, dt.date], Iterable[PriceLine]]
_tellers: dict[str, Teller] = {}


def register_price_teller(name: str, teller: Teller) -> None:
    """Let an app tell its prices; call it from ``AppConfig.ready``."""
    _tellers[name] = teller


def prices_at(quotient: int | None, day: dt.date) -> list[PriceLine]:
    """Return what every service costs at a quotient on a day."""
    return [line for teller in _tellers.values() for line in teller(quotient, day)]
