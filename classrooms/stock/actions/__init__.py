"""The only writers of the stock and of the SIM cards: one verb each, locked, safe to repeat."""

from classrooms.stock.actions.keeping import keep_item, set_minimums
from classrooms.stock.actions.moving import (
    Place,
    count,
    give_back,
    give_with,
    move,
    receive,
    use_stock,
)

__all__ = [
    "Place",
    "count",
    "give_back",
    "give_with",
    "keep_item",
    "move",
    "receive",
    "set_minimums",
    "use_stock",
]
