"""A browser that stops answering is ended, and its journey told again, once.

Some questions to a browser (``evaluate``, ``content``, closing) have no limit of their own: one
that never answers would hold the whole run for ever. A failed assertion is never told again.
"""

from __future__ import annotations

import contextlib
import gc
import threading
import traceback
from collections.abc import Iterator

import greenlet
import psutil

#: Far beyond the longest journey on a busy machine, in seconds.
PATIENCE = 240.0


class Watch:
    """Ends the browser of a journey that lasts too long; ``waited_for`` says at which call."""

    def __init__(self) -> None:
        self.waited_for = ""

    @contextlib.contextmanager
    def over(self, patience: float = PATIENCE) -> Iterator[None]:
        """Watch what runs inside."""
        self.waited_for = ""
        timer = threading.Timer(patience, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        self.waited_for = _stacks() or "no call was found"
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                words = process.cmdline()
                if "--headless" in words and not any(w.startswith("--type=") for w in words):
                    process.kill()


def _stacks() -> str:
    """Return where the journey's own code waits: its thread only shows the driver's loop."""
    found = []
    for thing in gc.get_objects():
        # Not isinstance: it would wake objects that are lazy.
        if issubclass(type(thing), greenlet.greenlet) and thing.gr_frame is not None:
            lines = traceback.format_stack(thing.gr_frame)
            ours = [line for line in lines if "/tests/" in line or "/playwright/" in line]
            if any("/tests/" in line for line in ours):
                found.append("".join(ours[-8:]))
    return "\n".join(found)
