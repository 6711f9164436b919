"""How families' own rows are merged."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from families.merging.relations import (
    IGNORE,
    MOVE,
    ON_CLASH_ABSORB,
    ON_CLASH_END,
    ON_CLASH_STAY,
    MergeRule,
    register_merge_rules,
)


def _link(row: Any) -> str:
    return f"{row.get_kind_display()} · {row.guardian.full_name} → {row.child.full_name}"


def _income(row: Any) -> str:
    return _("à partir du %(day)s") % {"day": date_format(row.valid_from, "j F Y")}


def _payer(row: Any) -> str:
    return f"{row.get_mode_display()} · {date_format(row.valid_from, 'j F Y')}"


def _share(row: Any) -> str:
    return f"{row.percent} % · {row.get_weeks_display()}"


def _add_percent(kept: Any, other: Any) -> dict[str, Any]:
    """Two shares of one person in one rule are one share."""
    return {"percent": min(100, kept.percent + other.percent)}


def _dated(row: Any) -> str:
    return date_format(row.written_at, "j F Y")


_IGNORED = (
    "families.SearchEntry.guardian",
    "families.SearchEntry.child",
    "families.DuplicatePair.guardian_a",
    "families.DuplicatePair.guardian_b",
    "families.DuplicatePair.child_a",
    "families.DuplicatePair.child_b",
    "families.Merge.kept_guardian",
    "families.Merge.merged_guardian",
    "families.Merge.kept_child",
    "families.Merge.merged_child",
)


def register() -> None:
    """Register the rules; called when the app starts."""
    links = MergeRule(
        MOVE,
        gettext_lazy("Liens entre responsables et enfants"),
        _link,
        clash=ON_CLASH_END,
        order=10,
    )
    pickups = MergeRule(
        MOVE, gettext_lazy("Personnes autorisées à venir chercher"), clash=ON_CLASH_END, order=20
    )
    earlier = MergeRule(MOVE, gettext_lazy("Fusions précédentes"), order=90)
    register_merge_rules(
        {
            **dict.fromkeys(_IGNORED, MergeRule(IGNORE)),
            # Of the account that closes, when each file had one.
            "core.Document.owner": MergeRule(MOVE, gettext_lazy("Documents"), order=80),
            "families.Guardianship.guardian": links,
            "families.Guardianship.child": links,
            "families.PickupContact.child": pickups,
            "families.PickupContact.added_by": pickups,
            "families.PayerRule.child": MergeRule(
                MOVE, gettext_lazy("Qui paie"), _payer, clash=ON_CLASH_STAY, order=30
            ),
            "families.PayerRule.proposed_by": MergeRule(
                MOVE, gettext_lazy("Partages proposés"), _payer, order=31
            ),
            "families.PayerShare.guardian": MergeRule(
                MOVE,
                gettext_lazy("Parts à payer"),
                _share,
                clash=ON_CLASH_ABSORB,
                absorb=_add_percent,
                told=False,
                order=32,
            ),
            "families.Invitation.guardian": MergeRule(
                MOVE, gettext_lazy("Invitations"), lambda row: row.email, order=60
            ),
            "families.IncomeFile.household": MergeRule(
                MOVE, gettext_lazy("Quotients familiaux"), _income, order=50, binds=True
            ),
            "families.Guardian.household": MergeRule(
                MOVE, gettext_lazy("Responsables du foyer"), order=5
            ),
            "families.FamilyNote.household": MergeRule(
                MOVE, gettext_lazy("Notes des agents"), _dated, order=80
            ),
            "families.Guardian.merged_into": earlier,
            "families.Child.merged_into": earlier,
            "families.Household.merged_into": earlier,
        }
    )
