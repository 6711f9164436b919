"""The payment stand-in as a real process, and what tests ask of it."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

from tests.standin import StandIn


class Sandbox(StandIn):
    """A running stand-in; ``ask`` talks to its panel."""

    def __init__(self, webhook: str = "http://127.0.0.1:9/") -> None:
        super().__init__("payments.sandbox", "--webhook", webhook, "--debit-delay", "3600")

    def ask(self, verb: str, **values: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/sandbox/{verb}",
            data=json.dumps(values).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def state(self) -> dict[str, Any]:
        url = f"{self.url}/sandbox/state"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def pay(self, attempt: Any) -> None:
        self.ask("pay", session=attempt.session_id)

    def wait(self, done: Any, seconds: float = 15) -> None:
        limit = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < limit, "the sandbox did not get there"
            time.sleep(0.1)
