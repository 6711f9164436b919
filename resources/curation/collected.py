"""What we hold of a person's collections, reviews, suggestions and reports."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, register_collector, tell
from resources.curation.models import (
    ClassShare,
    Collection,
    Problem,
    Proposal,
    Review,
    ReviewReport,
    Suggestion,
)


def sections(user: User) -> Iterator[Section]:
    """Tell one's own rows, with one's own words."""
    yield Section(
        "collections",
        _("Vos collections de ressources"),
        _("Pour les retrouver et les partager."),
        _("Avec le compte ; une fois supprimées, 30 jours."),
        tell(
            Collection.objects.filter(owner=user).order_by("-updated_at"),
            lambda row: row.title,
            ("introduction", _("Introduction")),
            ("reach", _("Qui la voit")),
            ("created_at", _("Créée le")),
            ("deleted_at", _("Supprimée le")),
        )
        + tell(
            ClassShare.objects.filter(shared_by=user)
            .select_related("collection", "class_group")
            .order_by("-shared_at"),
            lambda row: row.collection.title,
            ("class_group", _("Montrée à la classe"), "class_group.name"),
            ("shared_at", _("Depuis")),
        )
        + tell(
            Proposal.objects.filter(proposed_by=user)
            .select_related("collection")
            .order_by("-proposed_at"),
            lambda row: row.collection.title,
            ("proposed_at", _("Proposée à la Ville le")),
            ("message", _("Message")),
            ("state", _("État")),
            ("reason", _("Réponse")),
        ),
        order=67,
    )
    yield Section(
        "avis-ressources",
        _("Ce que vous avez dit des ressources"),
        _("Pour aider les collègues à choisir et les documentalistes à réparer."),
        _("Avis : avec le compte. Propositions et signalements : un an après la réponse."),
        tell(
            Review.objects.filter(author=user).select_related("resource").order_by("-updated_at"),
            lambda row: row.resource.title,
            ("stars", _("Étoiles")),
            ("comment", _("Commentaire")),
            ("state", _("État")),
            ("updated_at", _("Écrit le")),
        )
        + tell(
            Suggestion.objects.filter(suggested_by=user).order_by("-suggested_at"),
            lambda row: row.title,
            ("url", _("Adresse")),
            ("why", _("Pourquoi")),
            ("suggested_at", _("Proposée le")),
            ("state", _("État")),
            ("reason", _("Réponse")),
        )
        + tell(
            Problem.objects.filter(reporter=user)
            .select_related("resource")
            .order_by("-reported_at"),
            lambda row: row.resource.title,
            ("kind", _("Problème signalé")),
            ("text", _("Précision")),
            ("reported_at", _("Signalé le")),
            ("state", _("État")),
            ("answer", _("Réponse")),
        )
        + tell(
            ReviewReport.objects.filter(reporter=user).order_by("-reported_at"),
            lambda row: row.get_kind_display(),
            ("reported_at", _("Commentaire signalé le")),
        ),
        order=68,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector(
        "curation",
        sections,
        "curation.Collection",
        "curation.ClassShare",
        "curation.Proposal",
        "curation.Review",
        "curation.ReviewReport",
        "curation.Suggestion",
        "curation.Problem",
    )
