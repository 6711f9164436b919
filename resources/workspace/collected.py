"""What we hold of class spaces and of what one keeps in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, not_collected, register_collector, tell
from families.models import Child
from resources.catalogue.models import Favourite
from resources.workspace.models import ClassCharter, ClassNote, PupilAccount


def spaces(user: User) -> Iterator[Section]:
    """Tell pupils' accounts, words to classes, resources kept at hand."""
    children = Child.objects.of_guardian(user).values("pk")
    yield Section(
        "espace-classe",
        _("Espace de classe"),
        _("Pour que l’élève retrouve les ressources de sa classe."),
        _("Trois mois après le départ."),
        tell(
            PupilAccount.objects.filter(Q(child__in=children) | Q(user=user))
            .select_related("child", "class_group")
            .order_by("pk"),
            lambda row: row.child.given_name,
            ("class_group", _("Classe"), "class_group.name"),
            ("state", _("État")),
            ("activated_at", _("Ouvert le")),
            ("last_seen_on", _("Utilisé la dernière fois le")),
            ("closed_at", _("Fermé le")),
        )
        + tell(
            ClassNote.objects.filter(author=user).order_by("-posted_at"),
            lambda row: row.title,
            ("posted_at", _("Écrit le")),
            ("text", _("Texte")),
        )
        + tell(
            ClassCharter.objects.filter(accepted_by=user)
            .select_related("class_group")
            .order_by("-accepted_at"),
            lambda row: row.class_group.name,
            ("accepted_at", _("Charte présentée le")),
        ),
        order=65,
    )
    yield Section(
        "favoris",
        _("Vos ressources préférées"),
        _("Pour les retrouver."),
        _("Avec le compte."),
        tell(
            Favourite.objects.filter(user=user).select_related("resource").order_by("-created_at"),
            lambda row: row.resource.title,
            ("created_at", _("Depuis")),
        ),
        order=66,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    not_collected(
        "Ne nomme qu’un agent qui importe pour la ville ; son acte est au journal.",
        "catalogue.ImportRun",
    )
    register_collector(
        "workspace",
        spaces,
        "workspace.PupilAccount",
        "workspace.ClassNote",
        "workspace.ClassCharter",
        "catalogue.Favourite",
    )
