"""A protected address: nothing of it, not even the district, is told to anybody else."""

from __future__ import annotations

from django.db import transaction

from core import journal
from core.journal import Actor
from families.models import Household


@transaction.atomic
def protect_address(*, by: Actor, household: Household, protected: bool) -> Household:
    """Protect a household's address, or stop; repeated, nothing changes."""
    found: Household = Household.objects.select_for_update().get(pk=household.pk)
    if found.is_protected != protected:
        found.is_protected = protected
        found.save(update_fields=["is_protected"])
        verb = "household.protect" if protected else "household.unprotect"
        journal.record(by, verb, found)
    return found
