"""A request's frames lie in one chunk of the interpreter's stack, at whatever depth it begins."""

from __future__ import annotations

import resource
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from core.room import RoomMiddleware

CALLS = 1000
#: More frames than a chunk of 16 KiB holds: one of these depths is at its end.
DEPTHS = range(300)


def leaf() -> None:
    pass


def pages_touched_anew(depth: int) -> int:
    """Call a function again and again from a depth; return how much memory came anew."""
    if depth:
        return pages_touched_anew(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        leaf()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def worst(within: Callable[[Callable[[], int]], int]) -> int:
    return max(within(lambda d=depth: pages_touched_anew(d)) for depth in DEPTHS)


def within_a_request(work: Callable[[], int]) -> int:
    found: list[int] = []

    def answer(_request: Any) -> HttpResponse:
        found.append(work())
        return HttpResponse()

    RoomMiddleware(answer)(RequestFactory().get("/"))
    return found[0]


def test_calls_within_a_request_never_map_memory_to_and_fro() -> None:
    if worst(lambda work: work()) < CALLS:
        pytest.skip("this interpreter keeps the chunks of its stack")
    assert worst(within_a_request) < CALLS / 10


def test_every_request_has_room() -> None:
    assert settings.MIDDLEWARE[0] == "core.room.RoomMiddleware"
