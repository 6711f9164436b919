"""Pictures of pages for whoever wants to look: ``SHOTS=folder pytest …``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def shot(page: Any, name: str) -> None:
    """Keep a full-page picture when ``SHOTS`` names a folder."""
    folder = os.environ.get("SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        size = page.viewport_size["width"]
        page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)
