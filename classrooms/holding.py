"""What apps above the fleet hold or claim for a purpose of theirs, before it is handed out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

#: Returns rows with a ``device`` that is held now.
Holder = Callable[[], QuerySet[Any]]

#: Says in a sentence why a cart (its number) must not stay with somebody (a class's number,
#: a teacher's) until a day; empty if nothing stands against it.
Claim = Callable[[int, dt.date, int | None, int | None], str]

_holders: list[Holder] = []
_claims: list[Claim] = []


def register_holder(holder: Holder) -> None:
    """Add rows that hold devices; call it from ``AppConfig.ready``."""
    if holder not in _holders:
        _holders.append(holder)


def held() -> list[QuerySet[Any]]:
    """Return the devices held, as subqueries of their numbers."""
    return [holder().values("device") for holder in _holders]


def held_among(pks: Iterable[int]) -> set[int]:
    """Return which of these devices are held; lock them first for the answer to last."""
    wanted = set(pks)
    return {
        row
        for holder in _holders
        for row in holder().filter(device__in=wanted).values_list("device", flat=True)
    }


def register_claim(claim: Claim) -> None:
    """Add a reason to keep a cart; call it from ``AppConfig.ready``."""
    if claim not in _claims:
        _claims.append(claim)


def claim_on(cart: int, until: dt.date, class_group: int | None, teacher: int | None) -> str:
    """Return why a locked cart must not be handed out until a day, empty if it may."""
    sentences = (claim(cart, until, class_group, teacher) for claim in _claims)
    return next(filter(None, sentences), "")
