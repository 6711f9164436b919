"""What we hold of the people who move devices."""

from __future__ import annotations

from core.rights.registry import not_collected


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme que des agents qui déplacent du matériel de la ville ; leurs actes sont au "
        "journal.",
        "lending.Transfer",
    )
