"""``python -m payments.sandbox --port 8300 --webhook http://127.0.0.1:8000/factures/…``."""

from __future__ import annotations

import argparse
import os
import sys

from core.standins import serve
from payments.sandbox.server import Config, Server

_WEBHOOK_PATH = "/factures/notifications/stripe/"


def main() -> int:
    """Start, say where, serve until told to stop; returns the exit status."""
    env = os.environ
    parser = argparse.ArgumentParser(prog="payments.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=int(env.get("SANDBOX_PORT", "8300")))
    parser.add_argument(
        "--webhook",
        default=env.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/") + _WEBHOOK_PATH,
        help="address that is notified",
    )
    parser.add_argument("--state", default=":memory:", help="file that keeps the books")
    parser.add_argument("--debit-delay", type=float, default=20.0, help="seconds a debit takes")
    parser.add_argument("--public-url", default="", help="address of the hosted page, if not ours")
    options = parser.parse_args()
    key = env.get("STRIPE_SECRET_KEY", "sk_test_demo")
    secrets = env.get("STRIPE_WEBHOOK_SECRETS", "whsec_demo").split(",")
    if "_test_" not in key:
        sys.stderr.write("The payment stand-in refuses live keys: STRIPE_SECRET_KEY.\n")
        return 2
    config = Config(
        port=options.port,
        state=options.state,
        webhook_url=options.webhook,
        secret_key=key,
        webhook_secret=secrets[0],
        debit_delay=options.debit_delay,
        public_url=options.public_url.rstrip("/"),
    )
    return serve("payment", options.port, lambda: Server(config))


if __name__ == "__main__":
    sys.exit(main())
