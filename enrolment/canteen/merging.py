"""What becomes of meals when two files of one child become one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from core.dates import date_format
from families.merging.relations import (
    MOVE,
    ON_CLASH_REFUSE,
    MergeRule,
    Moved,
    register_merge_rules,
)


def _booked_since(done: Any, moved: Moved) -> int:
    """Meals booked or served since, once a registration or a meal has moved."""
    from enrolment.canteen.models import Booking

    if not moved.get("canteen.Booking.child") and not moved.get("canteen.MealRegistration.child"):
        return 0
    return Booking.objects.filter(child=done.kept_child, changed_at__gt=done.done_at).count()


def _meal(row: Any) -> str:
    return f"{date_format(row.day, 'j F Y')} · {row.get_state_display()}"


def register() -> None:
    """Register the rules; called when the app starts."""
    register_merge_rules(
        {
            "canteen.MealRegistration.child": MergeRule(
                MOVE,
                gettext_lazy("Inscriptions à la cantine"),
                lambda row: date_format(row.starts_on, "j F Y"),
                clash=ON_CLASH_REFUSE,
                refusal=gettext_lazy(
                    "Les deux dossiers mangent à la cantine cette année : "
                    "faites d’abord arrêter l’une des deux inscriptions."
                ),
                binds=True,
                order=17,
            ),
            "canteen.Booking.child": MergeRule(
                MOVE,
                gettext_lazy("Repas réservés ou servis"),
                _meal,
                since=_booked_since,
                order=18,
                told=False,
            ),
        }
    )
