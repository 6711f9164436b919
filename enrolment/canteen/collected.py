"""What we hold of children's meals."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell
from enrolment.canteen.models import Booking, MealRegistration, WeeklyPattern
from families.collected import children_of, for_guardians
from families.models import Guardian

_KEPT = _("L’année scolaire et un an.")


@for_guardians
def meals(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell registrations, usual weeks and meals of one's children."""
    children = children_of(user)
    yield Section(
        "cantine",
        _("La cantine de vos enfants"),
        _("Pour préparer le bon nombre de repas, et les bons."),
        _KEPT,
        tell(
            MealRegistration.objects.filter(child__in=children)
            .select_related("child", "school_year")
            .order_by("-starts_on", "-pk"),
            lambda row: f"{row.child.given_name}, {row.school_year}",
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
            ("rules_accepted_at", _("Règlement accepté le")),
        )
        + tell(
            WeeklyPattern.objects.filter(registration__child__in=children)
            .select_related("registration__child")
            .order_by("-valid_from", "-pk"),
            lambda row: row.registration.child.given_name,
            ("valid_from", _("Semaine habituelle depuis")),
            ("monday", _("Lundi")),
            ("tuesday", _("Mardi")),
            ("wednesday", _("Mercredi")),
            ("thursday", _("Jeudi")),
            ("friday", _("Vendredi")),
            ("diet", _("Régime")),
        ),
        order=55,
    )
    yield Section(
        "repas",
        _("Les repas de vos enfants"),
        _("Pour préparer, pointer et facturer les repas."),
        _KEPT,
        tell(
            Booking.objects.filter(child__in=children)
            .select_related("child")
            .order_by("-day", "child"),
            lambda row: row.child.given_name,
            ("day", _("Jour")),
            ("diet", _("Régime")),
            ("state", _("État")),
            ("changed_at", _("Changé le")),
        ),
        order=56,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector(
        "canteen", meals, "canteen.MealRegistration", "canteen.WeeklyPattern", "canteen.Booking"
    )
    not_collected(
        "Ne nomme qu’un agent qui commande pour la ville ; son acte est au journal.",
        "canteen.KitchenOrder",
    )
