"""A stand-in of a service outside, as a real process."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings


class StandIn:
    """A running stand-in, on a port of its own."""

    def __init__(self, module: str, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "--port", "0", *arguments],
            cwd=settings.BASE_DIR,
            env={**os.environ, "ESCALE_SANDBOX": "1", **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip().split()[-1]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()  # type: ignore[union-attr]
