"""A browser that stops answering is given up, and its journey told again, once.

Some questions to a browser (a new page, ``evaluate``, closing) have no limit of their own: one
that is never answered would hold the whole run for ever. So would the program that drives
browsers, if it never came up. A failed assertion is never told again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import warnings
from typing import Any

import psutil

#: Far beyond the longest journey on a busy machine, in seconds.
PATIENCE = 300.0
#: For the program that drives browsers to come up: it takes a second, many on a busy machine.
COMING_UP = 60.0
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


def start_driver(patience: float = COMING_UP) -> Any:
    """Return Playwright; if what drives browsers does not come up, it is ended and begun again.

    Raises NotAnswered when it did not come up three times.
    """
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    watch = Watch()
    for last in (False, False, True):
        watch.begin(patience)
        try:
            return sync_playwright().start()
        except NotAnswered:
            _end("run-driver")
            if last:
                raise
            warnings.warn("what drives browsers did not come up: begun again", stacklevel=1)
        finally:
            watch.end()
    raise AssertionError("unreachable")  # pragma: no cover


def stop_driver(playwright: Any, browser: Any) -> None:
    """Close the browser, if there is one, and what drives it; end what does not close."""
    watch = Watch()
    watch.begin(LEFTOVERS)
    try:
        if browser is not None:
            browser.close()
        playwright.stop()
    except NotAnswered:
        end_browsers()
        _end("run-driver")
    finally:
        watch.end()


def end_browsers() -> None:
    """End every browser that this process has started."""
    _end("--headless")


def _end(word: str) -> None:
    """End the programs that this process has started with that word, their helpers aside."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if word in words and not any(word.startswith("--type=") for word in words):
                process.kill()
