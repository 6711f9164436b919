"""Runs the demo as ``make demo`` does, for what needs it whole: its test, the screenshots."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Settings a newcomer's shell does not hold: the demo must find them itself.
GIVEN_BY_THE_DEMO = {
    "CACHE_URL",
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "DEMO",
    "DJANGO_SETTINGS_MODULE",
    "SECRET_KEY",
}


@dataclass
class Running:
    """A demo: its process, its address, what it printed."""

    process: subprocess.Popen[bytes]
    address: str
    output: str


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_demo(folder: Path, seconds: float = 180) -> Iterator[Running]:
    """Start a demo in ``folder``; stop it on leaving, if it still runs."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN_BY_THE_DEMO}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "portal.supervisor"],
        cwd=ROOT,
        env={**kept, "VAR_DIR": str(folder), "PORT": str(port), "SCALE": "small"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    output, limit = "", time.monotonic() + seconds
    try:
        while "Arrêter : Ctrl-C" not in output:
            if select.select([process.stdout], [], [], 1.0)[0]:
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    raise AssertionError(f"the demo did not start:\n{output}")
                output += piece.decode(errors="replace")
            if time.monotonic() > limit:
                raise AssertionError(f"the demo takes too long:\n{output}")
        yield Running(process, f"http://127.0.0.1:{port}", output)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
