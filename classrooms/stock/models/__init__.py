"""Facts about the stock, gathered for Django."""

from classrooms.stock.models.stock import StockItem, StockLevel, StockMovement

__all__ = ["StockItem", "StockLevel", "StockMovement"]
