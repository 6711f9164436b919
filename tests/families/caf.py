"""The stand-in of API Particulier as a real process, and what tests ask of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from typing import Any

from django.conf import settings


class Caf:
    """A running stand-in."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "families.quotient_sandbox", "--port", "0"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "ESCALE_SANDBOX": "1", "QUOTIENT_API_TOKEN": "essai"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip().split()[-1]

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

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()  # type: ignore[union-attr]
