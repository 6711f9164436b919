"""Facts about families: households, guardians, children, custody, income, health."""

from families.models.assisted import AssistanceMandate, AssistedSession, HelpPlace
from families.models.care import EmergencyContact, PhotoAnswer
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
from families.models.health import Allergen, FoodAllergy, HealthCarePlan, PlanDocument
from families.models.household import Guardian, Household, Street
from families.models.income import IncomeFile, IncomeReminder, IncomeRule, QuotientRequest
from families.models.joining import ChildClaim, Invitation
from families.models.merging import DuplicatePair, Merge
from families.models.moves import HomeAddress, SchoolQuestion
from families.models.payers import PayerRule, PayerShare
from families.models.separation import Consent, CourtRuling, JointAct, Objection
from families.models.situations import NameChange, SituationReport

__all__ = [
    "Allergen",
    "AssistanceMandate",
    "AssistedSession",
    "Child",
    "ChildClaim",
    "Consent",
    "CourtRuling",
    "DuplicatePair",
    "EmergencyContact",
    "FamilyExport",
    "FamilyNote",
    "FamilyNoteVersion",
    "FoodAllergy",
    "Guardian",
    "Guardianship",
    "HealthCarePlan",
    "HelpPlace",
    "HomeAddress",
    "Household",
    "IncomeFile",
    "IncomeReminder",
    "IncomeRule",
    "Invitation",
    "JointAct",
    "Merge",
    "NameChange",
    "Objection",
    "PayerRule",
    "PayerShare",
    "PhotoAnswer",
    "PickupContact",
    "PlanDocument",
    "QuotientRequest",
    "SchoolQuestion",
    "SearchDue",
    "SearchEntry",
    "SearchKey",
    "SearchWord",
    "SituationReport",
    "Street",
]
