"""``python -m core.accounts.sandbox --port 8400``: serve until told to stop."""

from __future__ import annotations

import argparse
import os
import sys

from core.accounts.sandbox.server import Config, Server
from core.standins import serve


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
    defaults = Config(0)
    config = Config(
        options.port,
        env.get("CITIZEN_CLIENT_ID") or defaults.client_id,
        env.get("CITIZEN_CLIENT_SECRET") or defaults.client_secret,
        options.back,
    )
    return serve("citizen", options.port, lambda: Server(config))


if __name__ == "__main__":
    sys.exit(main())
