"""The only writers of the fleet: one verb each, locked, journalled, safe to repeat."""

from classrooms.actions.cards import correct, enter, note_charging
from classrooms.actions.following import assign, pause, resume, set_priority
from classrooms.actions.handing import Holder, hand_out_cart, hand_out_device, take_back
from classrooms.actions.incidents import (
    close,
    describe,
    found_again,
    report,
    take_on,
    take_on_all,
    warn_of_stolen,
    works_again,
)
from classrooms.actions.swapping import replace, swap
from classrooms.actions.telemetry import record_sighting

__all__ = [
    "Holder",
    "assign",
    "close",
    "correct",
    "describe",
    "enter",
    "found_again",
    "hand_out_cart",
    "hand_out_device",
    "note_charging",
    "pause",
    "record_sighting",
    "replace",
    "report",
    "resume",
    "set_priority",
    "swap",
    "take_back",
    "take_on",
    "take_on_all",
    "warn_of_stolen",
    "works_again",
]
