"""The only writers of the fleet: one verb each, locked, journalled, safe to repeat."""

from classrooms.actions.handing import Holder, hand_out_cart, hand_out_device, take_back
from classrooms.actions.incidents import close, describe, report, take_on
from classrooms.actions.swapping import swap
from classrooms.actions.telemetry import record_sighting

__all__ = [
    "Holder",
    "close",
    "describe",
    "hand_out_cart",
    "hand_out_device",
    "record_sighting",
    "report",
    "swap",
    "take_back",
    "take_on",
]
