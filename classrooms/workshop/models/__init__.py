"""Facts about the workshop, gathered for Django."""

from classrooms.workshop.models.claims import Claim
from classrooms.workshop.models.repairs import Repair, RepairEntry, RepairPart
from classrooms.workshop.models.terms import FaultAlert, WorkshopTerms

__all__ = ["Claim", "FaultAlert", "Repair", "RepairEntry", "RepairPart", "WorkshopTerms"]
