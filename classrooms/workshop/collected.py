"""What we hold of the people who mend devices."""

from __future__ import annotations

from core.rights.registry import not_collected


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme que des agents qui réparent du matériel de la ville ; leurs actes sont au "
        "journal.",
        "workshop.Repair",
        "workshop.RepairPart",
        "workshop.RepairEntry",
        "workshop.Claim",
        "workshop.WorkshopTerms",
    )
