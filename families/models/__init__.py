"""Facts about families: households, guardians, children, custody, income, health."""

from families.models.children import Child, Guardianship, PickupContact
from families.models.health import HealthCarePlan
from families.models.household import Guardian, Household, Street
from families.models.income import IncomeFile
from families.models.joining import Invitation
from families.models.payers import PayerRule, PayerShare

__all__ = [
    "Child",
    "Guardian",
    "Guardianship",
    "HealthCarePlan",
    "Household",
    "IncomeFile",
    "Invitation",
    "PayerRule",
    "PayerShare",
    "PickupContact",
    "Street",
]
