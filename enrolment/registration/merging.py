"""What becomes of requests for a place when two files become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from families.merging.relations import (
    MOVE,
    ON_CLASH_REFUSE,
    ON_CLASH_STAY,
    MergeRule,
    register_merge_rules,
)


def _request(row: Any) -> str:
    return f"{row.reference} · {row.get_state_display()}"


def register() -> None:
    """Register the rules; called when the app starts.

    Two drafts are no contradiction: the one of the merged file stays with it.
    """
    label = gettext_lazy("Demandes d’inscription")
    departures = MergeRule(
        MOVE,
        gettext_lazy("Demandes de radiation"),
        lambda row: str(row.get_state_display()),
        binds=True,
        order=16,
    )
    register_merge_rules(
        {
            "registration.Application.child": MergeRule(
                MOVE,
                label,
                _request,
                clash=ON_CLASH_REFUSE,
                clashes={"application_one_draft": ON_CLASH_STAY},
                refusal=gettext_lazy(
                    "Les deux dossiers ont une demande en cours pour la même année : "
                    "faites d’abord retirer l’une des deux."
                ),
                binds=True,
                order=16,
            ),
            "registration.Application.applicant": MergeRule(
                MOVE, label, _request, binds=True, order=16
            ),
            "registration.Application.household": MergeRule(MOVE, label, _request, order=16),
            "registration.Departure.child": departures,
            "registration.Departure.requested_by": departures,
            "registration.Departure.household": departures,
        }
    )
