"""Facts about the stock, gathered for Django."""

from classrooms.stock.models.sims import SimCard, SimEvent
from classrooms.stock.models.stock import StockItem, StockLevel, StockMovement

__all__ = ["SimCard", "SimEvent", "StockItem", "StockLevel", "StockMovement"]
