"""What September holds of people: which agent did a step."""

from __future__ import annotations

from core.rights.registry import not_collected


def register() -> None:
    """Register it; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme qu’un agent qui agit pour la ville ; son acte est au journal.",
        "season.SeasonRun",
        "season.SeasonStep",
    )
