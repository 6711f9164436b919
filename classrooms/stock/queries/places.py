"""Where stock is."""

from __future__ import annotations

from classrooms.stock.models import StockLevel
from core.accounts.models import User


def stocked(user: User) -> list[tuple[str, str]]:
    """Return the places that hold anything, as choices of a filter."""
    rows = StockLevel.objects.visible_to(user).order_by("depot__name", "school__name")
    found = rows.values_list("depot", "depot__name", "school", "school__name").distinct()
    return [
        (f"depot:{depot}", depot_name) if depot else (f"school:{school}", school_name)
        for depot, depot_name, school, school_name in found
    ]
