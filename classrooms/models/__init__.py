"""Facts about the fleet, gathered for Django."""

from classrooms.models.fleet import (
    Cart,
    Depot,
    Device,
    DeviceAddress,
    DeviceCategory,
    DeviceModel,
    RepairPrice,
)
from classrooms.models.history import FleetEvent
from classrooms.models.importing import ImportProfile, ImportRun
from classrooms.models.incidents import Incident, IncidentFollower, IncidentNote
from classrooms.models.lines import InternetLine, LineChange
from classrooms.models.movements import HandOut, HandOutItem

__all__ = [
    "Cart",
    "Depot",
    "Device",
    "DeviceAddress",
    "DeviceCategory",
    "DeviceModel",
    "FleetEvent",
    "HandOut",
    "HandOutItem",
    "ImportProfile",
    "ImportRun",
    "Incident",
    "IncidentFollower",
    "IncidentNote",
    "InternetLine",
    "LineChange",
    "RepairPrice",
]
