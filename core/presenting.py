"""Words that pages share: tones, and reading what a part is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Tones and the other words apps use for them.
TONES = {
    "": "plain",
    "neutral": "plain",
    "draft": "plain",
    "waiting": "warning",
    "done": "success",
    "ok": "success",
    "danger": "urgent",
    "error": "urgent",
    "debug": "plain",
}
#: The icon that goes with a tone.
TONE_ICONS = {
    "plain": "info",
    "info": "info",
    "success": "check-circle",
    "warning": "alert",
    "urgent": "alert-octagon",
}


def tone_of(word: str) -> str:
    """Return one of plain, info, success, warning, urgent for a word apps use."""
    return TONES.get(word, word) or "plain"


def read(item: Any, *names: str) -> Any:
    """Read the first of ``names`` that a mapping or object knows and that says something."""
    for name in names:
        value = item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)
        if value not in (None, ""):
            return value
    return ""
