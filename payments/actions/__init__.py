"""The only writers of money."""

from payments.actions.charges import (
    ChargeRow,
    Recorded,
    record_charge,
    record_charges,
    withdraw_charges,
)

__all__ = ["ChargeRow", "Recorded", "record_charge", "record_charges", "withdraw_charges"]
