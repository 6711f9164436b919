"""Movements, gathered for Django."""

from classrooms.lending.models.transfers import Transfer, TransferCart, TransferItem

__all__ = ["Transfer", "TransferCart", "TransferItem"]
