"""A file's weight, as people write it and as a number of bytes. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

UNITS = {
    "o": 1,
    "octets": 1,
    "b": 1,
    "bytes": 1,
    "ko": 10**3,
    "mo": 10**6,
    "go": 10**9,
    "kb": 10**3,
    "mb": 10**6,
}
#: More than this does not fit the column.
MOST = 2**62
_WRITTEN = re.compile(r"(\d[\d\s\u00a0\u202f]*(?:[.,]\d+)?)\s*([a-zA-Z]*)")


def bytes_of(text: str, unit: str = "mo") -> int | None:
    """Return the bytes that "12,5 Mo" says; a bare number counts ``unit``. None: unreadable."""
    found = _WRITTEN.fullmatch(text.strip()[:40])
    times = UNITS.get(found[2].lower() or unit) if found else None
    if found is None or times is None:
        return None
    return int(Decimal(re.sub(r"\s", "", found[1]).replace(",", ".")) * times)
