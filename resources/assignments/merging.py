"""What becomes of what was given when two files of one child become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from families.merging.relations import (
    MOVE,
    ON_CLASH_ABSORB,
    MergeRule,
    register_merge_rules,
)


def _first_and_last(kept: Any, merged: Any) -> dict[str, Any]:
    """Keep the first opening of both, and the first end."""
    ends = [row.finished_at for row in (kept, merged) if row.finished_at is not None]
    return {
        "opened_at": min(kept.opened_at, merged.opened_at),
        "finished_at": min(ends, default=None),
    }


def register() -> None:
    """Register the rules; called when the app starts."""
    register_merge_rules(
        {
            "assignments.Progress.child": MergeRule(
                MOVE,
                gettext_lazy("Travail fait en classe"),
                lambda row: str(row.item.assignment.title),
                clash=ON_CLASH_ABSORB,
                absorb=_first_and_last,
                order=20,
                told=False,
            ),
            "assignments.AssignmentPupil.child": MergeRule(
                MOVE,
                gettext_lazy("Travail donné à l’élève"),
                lambda row: str(row.assignment.title),
                order=20,
                told=False,
            ),
            "assignments.PupilGroupMember.child": MergeRule(
                MOVE,
                gettext_lazy("Groupes de la classe"),
                lambda row: str(row.group.name),
                order=20,
                told=False,
            ),
            "assignments.Seat.child": MergeRule(
                MOVE,
                gettext_lazy("Accès à des ressources comptées"),
                lambda row: f"{row.day:%Y-%m-%d}",
                order=20,
                told=False,
            ),
        }
    )
