"""Movements, gathered for Django."""

from classrooms.lending.models.agreements import AgreementLine, LoanAgreement
from classrooms.lending.models.reservations import Reservation, ReservedHour
from classrooms.lending.models.transfers import Transfer, TransferCart, TransferItem

__all__ = [
    "AgreementLine",
    "LoanAgreement",
    "Reservation",
    "ReservedHour",
    "Transfer",
    "TransferCart",
    "TransferItem",
]
