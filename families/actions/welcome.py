"""Somebody comes to the desk whom the city does not know yet."""

from __future__ import annotations

from django.db import transaction

from core import journal
from core.journal import Actor
from families.codes import new_reference
from families.models import Guardian, Household


@transaction.atomic
def register_person(
    *,
    by: Actor,
    given_name: str,
    family_name: str,
    used_name: str = "",
    phone: str = "",
    email: str = "",
    language: str = "fr",
) -> Guardian:
    """Write down a guardian with a household of their own, without an account for now."""
    household = Household.objects.create(reference=new_reference("F"))
    guardian = Guardian.objects.create(
        household=household,
        given_name=given_name,
        family_name=family_name,
        used_name=used_name,
        phone=phone,
        email=email,
        language=language,
    )
    journal.record(by, "household.create", household, guardian=guardian.pk)
    journal.record(by, "guardian.welcome", guardian)
    return guardian
