"""Facts about the second life of devices, gathered for Django."""

from classrooms.secondlife.models.departures import Departure, OldSystem, Sitting, Triage
from classrooms.secondlife.models.lots import Lot, LotLine, Recipient
from classrooms.secondlife.models.wipes import Wipe

__all__ = ["Departure", "Lot", "LotLine", "OldSystem", "Recipient", "Sitting", "Triage", "Wipe"]
