"""What becomes of pupil accounts when two files of one child become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from families.merging.relations import MOVE, MergeRule, register_merge_rules


def _account(row: Any) -> str:
    return str(row.get_state_display())


def register() -> None:
    """Register the rules; called when the app starts.

    A child has one account: where both files have one, that of the merged file stays with it
    and is closed by night, as for a pupil who has left the school.
    """
    register_merge_rules(
        {
            "workspace.PupilAccount.child": MergeRule(
                MOVE, gettext_lazy("Comptes d’élève"), _account, order=19
            )
        }
    )
