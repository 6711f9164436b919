"""Who else counts openings: apps above the catalogue say so, the catalogue knows none of them."""

from __future__ import annotations

from collections.abc import Callable

from core.accounts.models import User
from resources.catalogue.models import Resource

Listener = Callable[[User, Resource], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Have ``listener`` called in the transaction of every opening by somebody known."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(user: User, resource: Resource) -> None:
    """Tell every listener that somebody opens a resource."""
    for listener in _listeners:
        listener(user, resource)
