"""Facts about families: households, guardians, children, custody, income, health."""

from families.models.children import Child, Guardianship, PickupContact
from families.models.desk import (
    FamilyExport,
    FamilyNote,
    FamilyNoteVersion,
    SearchDue,
    SearchEntry,
    SearchKey,
    SearchWord,
)
from families.models.health import HealthCarePlan
from families.models.household import Guardian, Household, Street
from families.models.income import IncomeFile
from families.models.joining import Invitation
from families.models.merging import DuplicatePair, Merge
from families.models.payers import PayerRule, PayerShare

__all__ = [
    "Child",
    "DuplicatePair",
    "FamilyExport",
    "FamilyNote",
    "FamilyNoteVersion",
    "Guardian",
    "Guardianship",
    "HealthCarePlan",
    "Household",
    "IncomeFile",
    "Invitation",
    "Merge",
    "PayerRule",
    "PayerShare",
    "PickupContact",
    "SearchDue",
    "SearchEntry",
    "SearchKey",
    "SearchWord",
    "Street",
]
