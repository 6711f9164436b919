"""Ends what a killed supervisor leaves behind. Run as a program of its own.

Reads ``+<process group>`` and ``-<process group>`` lines on standard input. The end of
input means that the supervisor is gone, however it went (also by SIGKILL): whatever
groups remain are asked to stop, then killed.
"""

from __future__ import annotations

import os
import signal
import sys
import time

PATIENCE_SECONDS = 6.0


def alive(group: int) -> bool:
    """Tell whether a process group still has members."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def send(group: int, number: signal.Signals) -> None:
    """Signal a group that may be gone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def end(groups: set[int], patience: float = PATIENCE_SECONDS) -> None:
    """Ask groups to stop, and kill those that have not within ``patience`` seconds."""
    for group in groups:
        send(group, signal.SIGTERM)
    limit = time.monotonic() + patience
    while time.monotonic() < limit and any(alive(group) for group in groups):
        time.sleep(0.1)
    for group in groups:
        send(group, signal.SIGKILL)


def main() -> None:
    """Keep the list of groups until the end of input."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        if line[0] == "+":
            groups.add(int(line[1:]))
        else:
            groups.discard(int(line[1:]))
    end(groups)


if __name__ == "__main__":
    main()
