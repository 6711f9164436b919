"""What awaits the agents, as one page of counts; every app registers its own queues."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from core.access import reach_of
from core.accounts.models import User


@dataclass(frozen=True)
class Queue:
    """One kind of work: how much of it awaits this person, and the page where it is done."""

    name: str
    label: str | Promise
    count: Callable[[User], int]
    url: str
    roles: frozenset[str]
    text: str | Promise = ""
    icon: str = "inbox"
    order: int = 100


@dataclass(frozen=True)
class Waiting:
    """A queue as one person sees it today."""

    queue: Queue
    count: int
    url: str


_queues: dict[str, Queue] = {}


def register_queue(
    name: str,
    label: str | Promise,
    count: Callable[[User], int],
    url: str,
    roles: Iterable[str],
    *,
    text: str | Promise = "",
    icon: str = "inbox",
    order: int = 100,
) -> None:
    """Add a queue; call it from ``AppConfig.ready``. The same name again replaces it.

    ``count`` takes the person and returns how much awaits them, in one query; ``url`` is the
    name of the page (with a query string if need be: ``app:page?state=open``); ``roles`` are
    those who do this work.
    """
    _queues[name] = Queue(
        name, label, count, url, frozenset(str(role) for role in roles), text, icon, order
    )


def _address(url: str) -> str:
    name, mark, query = url.partition("?")
    try:
        return f"{reverse(name)}{mark}{query}"
    except NoReverseMatch:
        return url


def queues_for(user: User) -> list[Waiting]:
    """Return every queue of a person's posts, in order; empty ones too, for peace of mind."""
    mine = [queue for queue in _queues.values() if reach_of(user, *queue.roles)]
    return [
        Waiting(queue, queue.count(user), _address(queue.url))
        for queue in sorted(mine, key=lambda queue: (queue.order, queue.name))
    ]
