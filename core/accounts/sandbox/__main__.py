"""``python -m core.accounts.sandbox --port 8400``: serve until told to stop."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from types import FrameType

from core.accounts.sandbox.server import Config, Server


def main() -> int:
    """Start, say where, serve; return the exit status."""
    env = os.environ
    parser = argparse.ArgumentParser(prog="core.accounts.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument(
        "--back",
        default=env.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/") + "/",
        help="beginning of the addresses the client may be led back to",
    )
    options = parser.parse_args()
    allowed = env.get("DEMO", "") or env.get("ESCALE_SANDBOX", "")
    if allowed.lower() not in {"1", "true", "yes", "on"}:
        sys.stderr.write("The citizen stand-in starts only with DEMO=1 or ESCALE_SANDBOX=1.\n")
        return 2
    defaults = Config(0)
    try:
        server = Server(
            Config(
                options.port,
                env.get("CITIZEN_CLIENT_ID") or defaults.client_id,
                env.get("CITIZEN_CLIENT_SECRET") or defaults.client_secret,
                options.back,
            )
        )
    except OSError as taken:
        sys.stderr.write(f"The citizen stand-in cannot listen on port {options.port}: {taken}\n")
        return 1
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.write(f"citizen sandbox on {server.url}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.2)
    server.server_close()
    return 0


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
