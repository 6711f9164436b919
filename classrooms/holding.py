"""Devices that apps above the fleet hold for a purpose of theirs: nobody hands them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

#: Returns rows with a ``device`` that is held now.
Holder = Callable[[], QuerySet[Any]]

_holders: list[Holder] = []


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
