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
from classrooms.stock.actions.sims import (
    block_sim,
    correct_sim,
    end_sim,
    enter_sim,
    iccid_of,
    lose_sim,
    place_sim,
    store_sim,
    swap_sims,
)

__all__ = [
    "Place",
    "block_sim",
    "correct_sim",
    "count",
    "end_sim",
    "enter_sim",
    "give_back",
    "give_with",
    "iccid_of",
    "keep_item",
    "lose_sim",
    "move",
    "place_sim",
    "receive",
    "set_minimums",
    "store_sim",
    "swap_sims",
    "use_stock",
]
