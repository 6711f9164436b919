"""What we hold of the people who wipe devices and write them off."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.secondlife.models import Departure, Wipe
from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell


def second_life(user: User) -> Iterator[Section]:
    """Tell devices proposed or written off, data removed or verified."""
    yield Section(
        "seconde-vie",
        _("Seconde vie du matériel"),
        _("Pour prouver que rien de ce qui sort de la ville ne contient de données."),
        _("Cinq ans après la sortie de l’appareil."),
        tell(
            Departure.objects.filter(Q(proposed_by=user) | Q(decided_by=user)).order_by("pk"),
            lambda _row: _("Réforme d’un appareil"),
            ("reason", _("Motif")),
            ("proposed_at", _("Proposée le")),
            ("state", _("État")),
        )
        + tell(
            Wipe.objects.filter(
                Q(done_by=user) | Q(verified_by=user) | Q(withdrawn_by=user)
            ).order_by("pk"),
            lambda row: row.number,
            ("technique", _("Méthode")),
            ("done_at", _("Fait le")),
            ("verified_at", _("Vérifié le")),
            ("withdrawn_at", _("Retiré le")),
        ),
        order=68,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme qu’un agent qui agit pour la ville ; son acte est au journal.",
        "secondlife.Sitting",
        "secondlife.Triage",
        "secondlife.Lot",
    )
    register_collector("secondlife", second_life, "secondlife.Departure", "secondlife.Wipe")
