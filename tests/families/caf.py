"""The stand-in of API Particulier as a real process, and what tests ask of it."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.standin import StandIn


class Caf(StandIn):
    """A running stand-in."""

    def __init__(self) -> None:
        super().__init__("families.quotient_sandbox", QUOTIENT_API_TOKEN="essai")

    def ask(self, verb: str, **values: Any) -> None:
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/sandbox/{verb}", data=json.dumps(values).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            answer.read()

    def answered(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.url}/sandbox/state", timeout=10) as answer:  # noqa: S310
            found: dict[str, int] = json.load(answer)["answered"]
            return found
