"""What we hold about a family's life: care, pick-up, separation, help, agents' notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, register_collector, tell
from families.collected import children_of, documents_of, for_guardians
from families.models import (
    AssistanceMandate,
    AssistedSession,
    ChildClaim,
    Consent,
    CourtRuling,
    EmergencyContact,
    FamilyNote,
    FoodAllergy,
    Guardian,
    Guardianship,
    HealthCarePlan,
    Objection,
    PhotoAnswer,
    PickupContact,
    PlanDocument,
    SchoolQuestion,
    SituationReport,
)

_THE_YEAR = _("Jusqu’à la fin de l’année scolaire.")
_SCHOOLING = _("Le temps de l’école, et un an.")


def _phone_if_mine(guardian: Guardian) -> Any:
    """Telephones that the other parent gave are the other parent's to tell."""

    def phone(row: Any) -> str:
        if row.added_by_id == guardian.pk:
            return str(row.phone)
        return _now("donné par l’autre responsable")

    return phone


@for_guardians
def care(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell the care facts of one's children."""
    children = children_of(user)
    plans = list(
        HealthCarePlan.objects.filter(child__in=children)
        .select_related("child")
        .order_by("-starts_on", "-pk")
    )
    pages = PlanDocument.objects.filter(plan__in=plans).select_related("document").order_by("pk")
    yield Section(
        "sante",
        _("Santé et alimentation de vos enfants"),
        _("Pour protéger vos enfants à l’école et à table. Chaque lecture est notée."),
        _("Le temps du projet d’accueil et de l’année scolaire."),
        tell(
            plans,
            lambda row: row.child.given_name,
            ("allergens", _("Allergènes (codes)")),
            ("instructions", _("Conduite à tenir")),
            ("emergency_kit", _("Trousse d’urgence")),
            ("brings_packed_lunch", _("Panier-repas")),
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
        )
        + tell(
            FoodAllergy.objects.filter(child__in=children).select_related("child").order_by("-pk"),
            lambda row: row.child.given_name,
            ("allergens", _("Allergènes (codes)")),
            ("other_foods", _("Autres aliments")),
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
        ),
        documents_of(pages, "document"),
        order=25,
    )
    yield Section(
        "contacts",
        _("Qui vient les chercher, qui appeler"),
        _("Pour ne remettre vos enfants qu’aux bonnes personnes, et prévenir en cas d’urgence."),
        _THE_YEAR,
        tell(
            PickupContact.objects.filter(child__in=children)
            .select_related("child")
            .order_by("child", "name", "pk"),
            lambda row: f"{row.name} ({row.child.given_name})",
            ("relation", _("Lien avec l’enfant")),
            ("phone", _("Téléphone"), _phone_if_mine(guardian)),
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
        )
        + tell(
            EmergencyContact.objects.filter(child__in=children)
            .select_related("child")
            .order_by("child", "rank", "pk"),
            lambda row: f"{row.name} ({row.child.given_name})",
            ("relation", _("Lien avec l’enfant")),
            ("phone", _("Téléphone"), _phone_if_mine(guardian)),
            ("rank", _("Ordre d’appel")),
            ("starts_on", _("Depuis")),
            ("ends_on", _("Jusqu’au")),
        ),
        order=26,
    )
    yield Section(
        "photos",
        _("Vos réponses sur les photos"),
        _("Pour ne publier que ce que vous permettez."),
        _SCHOOLING,
        tell(
            PhotoAnswer.objects.filter(guardian=guardian)
            .select_related("child")
            .order_by("-answered_at"),
            lambda row: row.child.given_name,
            ("use", _("Usage")),
            ("allowed", _("Permis")),
            ("answered_at", _("Répondu le")),
            ("ended_at", _("Jusqu’au")),
        ),
        order=27,
    )


def _effects(guardian: Guardian) -> Any:
    """Return what says how a ruling bears on this reader, and never how on anybody else."""

    def effects(row: CourtRuling) -> list[str]:
        if row.guardian_id is None:
            return [_now("Tranche un désaccord, sans restreindre personne.")]
        if row.guardian_id != guardian.pk:
            return [_now("Ne restreint pas vos droits.")]
        said = (
            (row.no_access, _now("Vous ne voyez plus la scolarité de l’enfant.")),
            (row.no_pickup, _now("Vous ne venez plus chercher l’enfant.")),
            (row.no_authority, _now("Vous n’exercez plus l’autorité parentale.")),
        )
        return [words for holds, words in said if holds]

    return effects


@for_guardians
def rulings(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell that the city holds a ruling, and how it bears on the reader.

    One about the reader is told whatever access it takes away. Of one about the other parent
    only the day of the decision is told, to who shares the authority it speaks of: its terms
    are the other's.
    """
    shared = Guardianship.objects.current().filter(guardian=guardian, parental_authority=True)
    found = (
        CourtRuling.objects.filter(
            Q(guardian=guardian)
            | Q(
                child__in=children_of(user),
                child__guardianships__in=shared,
                cancelled_at__isnull=True,
            )
        )
        .distinct()
        .select_related("child")
        .order_by("-decided_on", "-pk")
    )
    own = (None, guardian.pk)

    def if_own(name: str) -> Any:
        return lambda row: getattr(row, name) if row.guardian_id in own else None

    yield Section(
        "decisions",
        _("Décisions de justice enregistrées"),
        _("Pour appliquer ce que le juge a décidé."),
        _SCHOOLING,
        tell(
            found,
            lambda row: row.child.given_name,
            ("decided_on", _("Date de la décision")),
            ("court", _("Tribunal"), if_own("court")),
            ("effects", _("Ce que cela change pour vous"), _effects(guardian)),
            ("starts_on", _("À partir du"), if_own("starts_on")),
            ("ends_on", _("Jusqu’au"), if_own("ends_on")),
            ("cancelled_at", _("Annulée le"), if_own("cancelled_at")),
        ),
        order=42,
    )


@for_guardians
def events(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell what one asked, reported or objected to, and what agents noted."""
    claims = list(ChildClaim.objects.filter(guardian=guardian).order_by("-made_at"))
    reports = list(
        SituationReport.objects.filter(reported_by=guardian)
        .select_related("proof")
        .order_by("-created_at")
    )
    objections = list(
        Objection.objects.filter(raised_by=guardian)
        .select_related("document")
        .order_by("-raised_at")
    )
    consents = list(
        Consent.objects.filter(guardian=guardian).select_related("document").order_by("-given_at")
    )
    yield Section(
        "situations",
        _("Changements que vous avez signalés"),
        _("Pour tenir le dossier de vos enfants à jour."),
        _("Un an après le traitement ; les justificatifs, deux mois."),
        tell(
            reports,
            lambda row: row.get_kind_display(),
            ("words", _("Vos mots")),
            ("created_at", _("Signalé le")),
            ("handled_at", _("Traité le")),
        )
        + tell(
            claims,
            lambda row: f"{row.given_name} {row.family_name}",
            ("reference", _("Référence")),
            ("birth_date", _("Date de naissance")),
            ("state", _("État")),
            ("made_at", _("Demandé le")),
            ("decided_at", _("Répondu le")),
        )
        + tell(
            SchoolQuestion.objects.filter(
                child__in=children_of(user), address__household=guardian.household_id
            )
            .select_related("child")
            .order_by("-asked_at"),
            lambda row: row.child.given_name,
            ("asked_at", _("École après un déménagement, demandé le")),
            ("answer", _("Votre réponse")),
            ("handled_at", _("Traité le")),
        ),
        documents_of(reports, "proof") + documents_of(claims, "proof"),
        order=40,
    )
    yield Section(
        "oppositions",
        _("Vos oppositions et vos accords"),
        _("Pour appliquer l’article 372-2 du code civil."),
        _SCHOOLING,
        tell(
            objections,
            lambda row: row.reference,
            ("act", _("Démarche")),
            ("text", _("Vos mots")),
            ("state", _("État")),
            ("raised_at", _("Faite le")),
            ("settled_at", _("Réglée le")),
        )
        + tell(consents, lambda _row: _("Accord donné"), ("given_at", _("Le"))),
        documents_of(objections, "document") + documents_of(consents, "document"),
        order=41,
    )
    mandates = list(
        AssistanceMandate.objects.filter(guardian=guardian)
        .select_related("place", "scan")
        .order_by("-created_at")
    )
    yield Section(
        "aide",
        _("Ceux qui vous ont aidé"),
        _("Pour que quelqu’un fasse une démarche avec vous, et que vous sachiez laquelle."),
        _("Cinq ans après la fin du mandat."),
        tell(
            mandates,
            lambda row: row.place.name,
            ("state", _("État")),
            ("signed_at", _("Signé le")),
            ("starts_on", _("Depuis")),
            ("last_day", _("Dernier jour")),
        )
        + tell(
            AssistedSession.objects.filter(guardian=guardian).order_by("-started_at"),
            lambda row: row.agent_title,
            ("reason", _("Pourquoi")),
            ("started_at", _("Début")),
            ("ended_at", _("Fin")),
        ),
        documents_of(mandates, "scan"),
        order=42,
    )
    yield Section(
        "notes",
        _("Notes d’agents sur votre foyer"),
        _("Pour que les services se transmettent ce qui vous a été dit."),
        _SCHOOLING,
        tell(
            FamilyNote.objects.filter(
                household=guardian.household_id, removed_at__isnull=True
            ).order_by("-written_at"),
            lambda row: row.get_service_display(),
            ("written_at", _("Écrite le")),
            ("body", _("Texte")),
        ),
        order=43,
    )


def register() -> None:
    """Register them; called from :mod:`families.collected`."""
    register_collector(
        "families.care",
        care,
        "families.HealthCarePlan",
        "families.FoodAllergy",
        "families.PickupContact",
        "families.EmergencyContact",
        "families.PhotoAnswer",
    )
    register_collector("families.rulings", rulings, "families.CourtRuling")
    register_collector(
        "families.events",
        events,
        "families.SituationReport",
        "families.ChildClaim",
        "families.SchoolQuestion",
        "families.Objection",
        "families.Consent",
        "families.AssistanceMandate",
        "families.AssistedSession",
        "families.FamilyNote",
    )
