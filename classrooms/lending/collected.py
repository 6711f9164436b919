"""What we hold of the people who reserve and move devices."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.lending.models import LoanAgreement, Reservation
from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell


def lending(user: User) -> Iterator[Section]:
    """Tell the carts reserved and the agreements signed; of those only witnessed, no name."""

    def own(row: LoanAgreement) -> bool:
        return row.signer_id == user.pk

    yield Section(
        "reservations-materiel",
        _("Réservations de chariots"),
        _("Pour que chacun sache quand un chariot est libre."),
        _("Un an après le jour réservé."),
        tell(
            Reservation.objects.filter(Q(teacher=user) | Q(booked_by=user)).order_by("-day", "-pk"),
            lambda row: row.cart.name,
            ("day", _("Jour")),
            ("first_hour", _("De")),
            ("end_hour", _("À")),
            ("purpose", _("Pour quoi faire")),
            ("state", _("État")),
        ),
        order=68,
    )
    signed = LoanAgreement.objects.filter(Q(signer=user) | Q(recorded_by=user))
    mine = [row.document for row in signed.filter(signer=user).select_related("document")]
    yield Section(
        "conventions-materiel",
        _("Conventions de prêt"),
        _("Pour prouver ce que l’emprunteur a accepté, et la date."),
        _("Un an après le retour du matériel."),
        tell(
            signed.order_by("-signed_at"),
            str,
            ("signed_at", _("Le")),
            ("signer_name", _("Nom du signataire"), lambda row: row.signer_name * own(row)),
            ("method", _("Comment")),
            ("text", _("Texte"), lambda row: row.text * own(row)),
        ),
        mine,
        order=69,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme que des agents qui déplacent du matériel de la ville ; leurs actes sont au "
        "journal.",
        "lending.Transfer",
    )
    register_collector("lending", lending, "lending.Reservation", "lending.LoanAgreement")
