"""What the catalogue holds of persons: searches they keep, resources they proposed."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell
from resources.catalogue.models import Resource, SavedSearch


def sections(user: User) -> Iterator[Section]:
    """Tell one's kept searches and the resources that one proposed."""
    yield Section(
        "recherches",
        _("Vos recherches gardées"),
        _("Pour les refaire et vous prévenir de ce qui est nouveau."),
        _("Avec le compte."),
        tell(
            SavedSearch.objects.filter(user=user).order_by("-created_at"),
            lambda row: row.name,
            ("query", _("Recherche")),
            ("frequency", _("Alerte")),
            ("created_at", _("Gardée le")),
            ("checked_on", _("Regardée le")),
        ),
        order=67,
    )
    yield Section(
        "ressources-proposees",
        _("Ressources que vous avez proposées"),
        _("Pour vous dire ce que les documentalistes en ont fait."),
        _("Avec le compte."),
        tell(
            Resource.objects.filter(proposed_by=user).order_by("-proposed_at", "pk"),
            lambda row: row.title,
            ("proposed_at", _("Proposée le")),
            ("state", _("État")),
        ),
        order=67,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme qu’un documentaliste qui tient la liste des synonymes ; l’acte est au journal.",
        "catalogue.SynonymChange",
    )
    not_collected(
        "Ne nomme qu’un agent au travail, pour l’histoire du catalogue ; son acte est au journal.",
        "catalogue.Revision",
        "catalogue.BulkEdit",
        "catalogue.DuplicatePair",
    )
    register_collector("catalogue", sections, "catalogue.SavedSearch", "catalogue.Resource")
