"""Movements, gathered for Django."""

from classrooms.lending.models.reservations import Reservation, ReservedHour
from classrooms.lending.models.transfers import Transfer, TransferCart, TransferItem

__all__ = ["Reservation", "ReservedHour", "Transfer", "TransferCart", "TransferItem"]
