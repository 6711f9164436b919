"""Numbers of papers: a prefix, the year, a count."""

from __future__ import annotations

from typing import Any


def next_number(model: type[Any], prefix: str, year: int) -> str:
    """Return the next free number of a year, e.g. ``DON-2026-004``.

    Two people at once may get the same: the column is unique, and the second tries again.
    """
    stem = f"{prefix}-{year}-"
    last = model._base_manager.filter(number__startswith=stem).order_by("-number").first()
    count = int(last.number.removeprefix(stem)) if last else 0
    return f"{stem}{count + 1:03d}"
