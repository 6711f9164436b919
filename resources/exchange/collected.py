"""What exchanges hold of a person: only who started what for the city."""

from __future__ import annotations

from core.rights.registry import not_collected


def register() -> None:
    """Register it; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme qu’un agent qui moissonne ou exporte pour la ville ; l’acte est au journal.",
        "exchange.HarvestRun",
        "exchange.CatalogueExport",
    )
