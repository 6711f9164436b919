"""What becomes of school places when two files of one child become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from families.merging.relations import MOVE, ON_CLASH_REFUSE, MergeRule, register_merge_rules


def _place(row: Any) -> str:
    return f"{row.school.name} · {row.school_year} · {row.get_level_display()}"


def register() -> None:
    """Register the rules; called when the app starts."""
    register_merge_rules(
        {
            "schools.RollEntry.child": MergeRule(
                MOVE,
                gettext_lazy("Places à l’école"),
                _place,
                clash=ON_CLASH_REFUSE,
                refusal=gettext_lazy(
                    "Les deux dossiers sont inscrits dans une école pour la même année : "
                    "faites d’abord radier celui qui ne devrait pas y être."
                ),
                binds=True,
                order=15,
            )
        }
    )
