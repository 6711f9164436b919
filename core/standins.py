"""Stand-ins of services outside: small HTTP servers for the demo and for tests, never for people.

They know neither Django nor the database: each runs alone (``python -m …``), on this machine.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType


class LocalServer(ThreadingHTTPServer):
    """An HTTP server on this machine only; port 0 is any that is free."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Quiet:
    """How a request is answered: fast, without a word, for addresses may hold identities."""

    protocol_version = "HTTP/1.1"
    # One packet an answer: else each waits 40 ms for the delayed acknowledgement.
    wbufsize = 65536
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent: the supervisor's log is for the service itself."""


def serve(name: str, port: int, make: Callable[[], LocalServer]) -> int:
    """Start, say where, serve until told to stop; return the exit status."""
    allowed = os.environ.get("DEMO", "") or os.environ.get("ESCALE_SANDBOX", "")
    if allowed.lower() not in {"1", "true", "yes", "on"}:
        sys.stderr.write(f"The {name} stand-in starts only with DEMO=1 or ESCALE_SANDBOX=1.\n")
        return 2
    try:
        server = make()
    except OSError as taken:
        sys.stderr.write(f"The {name} stand-in cannot listen on port {port}: {taken}\n")
        return 1
    signal.signal(signal.SIGTERM, _stop)
    # The address comes last: whoever started it reads it there.
    sys.stdout.write(f"{name} sandbox on {server.url}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.2)
    server.server_close()
    return 0


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
