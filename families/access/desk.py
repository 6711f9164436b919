"""Who reads agents' notes, merges, proposed pairs and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core.access import reach_of
from core.accounts.roles import Role

if TYPE_CHECKING:
    from core.accounts.models import User
    from families.models import (  # noqa: F401
        DuplicatePair,
        FamilyExport,
        FamilyNote,
        Merge,
    )

#: Agents who work on every family's file. Head teachers see names and classes only.
DESK_AGENTS = (Role.ENROLMENT_AGENT, Role.ADMINISTRATOR)


def works_on_families(user: User) -> bool:
    """Tell whether a person opens families' files, whatever the school."""
    return reach_of(user, *DESK_AGENTS).city


class FamilyNoteQuerySet(models.QuerySet["FamilyNote"]):
    """Notes that agents leave for each other."""

    def current(self) -> FamilyNoteQuerySet:
        """Those not taken back."""
        return self.filter(removed_at__isnull=True)

    def visible_to(self, user: User) -> FamilyNoteQuerySet:
        """One's own; those of one's service; those meant for every agent. Agents only."""
        if not works_on_families(user):
            return self.none()
        return self.filter(
            Q(author=user)
            | Q(visibility="agents")
            | Q(visibility="service", service__in=sorted(user.roles))
        )


class MergeQuerySet(models.QuerySet["Merge"]):
    """Files made one."""

    def active(self) -> MergeQuerySet:
        """Those that were not undone."""
        return self.filter(undone_at__isnull=True)

    def visible_to(self, user: User) -> MergeQuerySet:
        """All for the agents who work on families."""
        return self if works_on_families(user) else self.none()


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    """Pairs of files that may be the same person."""

    def waiting(self) -> DuplicatePairQuerySet:
        """Those that await an agent's answer."""
        return self.filter(state="proposed")

    def visible_to(self, user: User) -> DuplicatePairQuerySet:
        """All for the agents who work on families."""
        return self if works_on_families(user) else self.none()


class FamilyExportQuerySet(models.QuerySet["FamilyExport"]):
    """Lists taken out of the service."""

    def visible_to(self, user: User) -> FamilyExportQuerySet:
        """One's own, while one still works on families."""
        return self.filter(asked_by=user) if works_on_families(user) else self.none()
