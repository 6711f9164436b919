"""The seam to an antivirus: clamd, over its own protocol, if ``CLAMD_URL`` names one.

Without one nothing is scanned and documents say so (``off``). With one, a file is looked at
before it is kept; if clamd does not answer, the file is kept but *held*: nobody opens it until
the sweep has had it looked at. What is found infected is never kept, or goes at once.
"""

from __future__ import annotations

import logging
import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

#: Seconds one may wait for clamd while somebody waits for a page.
PATIENCE = 15.0
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """No verdict: clamd does not answer, or answers that it cannot look."""


@dataclass(frozen=True)
class Verdict:
    """What clamd says; ``signature`` names what it found, empty when the file is clean."""

    signature: str

    @property
    def infected(self) -> bool:
        """True when the file must not be kept."""
        return bool(self.signature)


def is_on() -> bool:
    """Tell whether an antivirus is configured."""
    return bool(settings.CLAMD_URL)


def scan(data: bytes) -> Verdict:
    """Have bytes looked at; raises ScannerDown when there is no verdict."""
    try:
        answer = _instream(data)
    except (OSError, ValueError) as error:
        logger.warning("antivirus: no verdict (%s)", type(error).__name__)
        raise ScannerDown from error
    return _read(answer)


def _connect() -> socket.socket:
    """Open a connection to ``tcp://host:port`` or ``unix:///path/of/socket``."""
    place = urlsplit(settings.CLAMD_URL)
    if place.scheme == "unix":
        local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        local.settimeout(PATIENCE)
        try:
            local.connect(place.path)
        except OSError:
            local.close()
            raise
        return local
    if place.scheme != "tcp":
        raise ValueError("CLAMD_URL is tcp://host:port or unix:///path")
    return socket.create_connection((place.hostname or "", place.port or 3310), PATIENCE)


def _instream(data: bytes) -> str:
    """Send bytes in chunks, each with its length, the last one empty; return the answer."""
    with _connect() as line:
        line.settimeout(PATIENCE)
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
        line.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            part = line.recv(1024)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _read(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict("")
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Verdict(answer.removeprefix("stream: ").removesuffix(" FOUND")[:80] or "?")
    logger.warning("antivirus: no verdict (%s)", answer[:80] or "no answer")
    raise ScannerDown
