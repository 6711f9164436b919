"""Who sees what is asked of the CAF for a household."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    import datetime as dt

    from core.accounts.models import User
    from families.models import QuotientRequest  # noqa: F401


class QuotientRequestQuerySet(models.QuerySet["QuotientRequest"]):
    """Requests sent to the CAF."""

    def visible_to(self, user: User) -> QuotientRequestQuerySet:
        """Those of one's own household, and nobody else's."""
        return self.filter(household__guardians__user=user).distinct()

    def due(self, at: dt.datetime) -> QuotientRequestQuerySet:
        """Those that await a call at an instant."""
        return self.filter(state="asked", next_try_at__lte=at)
