"""A browser that stops answering is given up, and its journey told again, once.

Some questions to a browser (a new page, ``evaluate``, closing) have no limit of their own: one
that is never answered would hold the whole run for ever. A failed assertion is never told again.
"""

from __future__ import annotations

import contextlib
import signal
from typing import Any

import psutil

#: Far beyond the longest journey on a busy machine, in seconds.
PATIENCE = 300.0
#: For each further call that is not answered, while what is left gets closed.
LEFTOVERS = 15.0


class NotAnswered(Exception):
    """A call to the browser was still waiting when patience ended."""


class Watch:
    """Interrupts, in the thread of the tests, the call that a browser does not answer."""

    def __init__(self) -> None:
        self.fired = False

    def begin(self, patience: float = PATIENCE) -> None:
        """Count from now; ``fired`` tells later whether it lasted too long."""
        self.fired = False
        signal.signal(signal.SIGALRM, self._interrupt)
        signal.setitimer(signal.ITIMER_REAL, patience, LEFTOVERS)

    def end(self) -> None:
        """Stop counting."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _interrupt(self, *_signal: Any) -> None:
        self.fired = True
        raise NotAnswered("the browser stopped answering")


def end_browsers() -> None:
    """End every browser that this process has started."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if "--headless" in words and not any(word.startswith("--type=") for word in words):
                process.kill()
