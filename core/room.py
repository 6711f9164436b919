"""Room for a request's frames: pages cost the same however deep the server calls us."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

#: In words of eight bytes, more than 256 KiB: the chunk that holds such a frame has 512.
ROOM = 34_000


class RoomMiddleware:
    """Answer a request within one chunk of the interpreter's stack of frames.

    CPython keeps frames in chunks of 16 KiB, and gives a chunk back to the system as soon as
    its first frame returns. Templates and queries that call to and fro across the end of one
    map and unmap memory at each call: a page of results took 18 to 33 ms by the depth of its
    caller alone. A frame that asks for a large chunk leaves its rest to all frames above it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Go on."""
        return self.get_response(request)


_call = RoomMiddleware.__call__
_call.__code__ = _call.__code__.replace(co_stacksize=ROOM)
