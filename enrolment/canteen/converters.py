"""Days in addresses."""

from __future__ import annotations

import datetime as dt


class IsoDay:
    """``2026-09-14`` and nothing else; the thirty-first of June is no address."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        """Read; ValueError makes Django answer 404."""
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        """Write."""
        return value if isinstance(value, str) else value.isoformat()
