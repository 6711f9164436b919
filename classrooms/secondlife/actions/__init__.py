"""The only writers of the second life: one verb each, locked, journalled, safe to repeat."""

from classrooms.secondlife.actions.bench import back_to_reserve, grade, receive
from classrooms.secondlife.actions.departures import (
    close_sitting,
    decide,
    open_sitting,
    propose,
    refuse,
    write_off,
)
from classrooms.secondlife.actions.lots import (
    accept,
    add,
    cancel,
    hand_over,
    offer,
    open_lot,
    reopen,
    save_recipient,
    take_out,
)
from classrooms.secondlife.actions.parts import put_back, use_part
from classrooms.secondlife.actions.wipes import record_wipe, verify_wipe
from classrooms.secondlife.actions.withdrawals import withdraw_wipe

__all__ = [
    "accept",
    "add",
    "back_to_reserve",
    "cancel",
    "close_sitting",
    "decide",
    "grade",
    "hand_over",
    "offer",
    "open_lot",
    "open_sitting",
    "propose",
    "put_back",
    "receive",
    "record_wipe",
    "refuse",
    "reopen",
    "save_recipient",
    "take_out",
    "use_part",
    "verify_wipe",
    "withdraw_wipe",
    "write_off",
]
