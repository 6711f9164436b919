"""What we hold of a family's requests for a place: one's own, and the school life of both."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.accounts.models import User
from core.rights.registry import Section, register_collector, tell
from enrolment.registration.models import (
    Admission,
    Application,
    Certificate,
    Departure,
    PaperRequest,
    Proof,
    ProofRequest,
    State,
    Waiver,
)
from families.collected import children_of, documents_of, for_guardians
from families.models import Guardian


@for_guardians
def requests(user: User, guardian: Guardian) -> Iterator[Section]:
    """Tell requests about one's children; addresses, proofs and reasons of one's household only."""
    home = guardian.household_id
    seen = Application.objects.filter(
        Q(child__in=children_of(user)) & ~Q(state=State.DRAFT) | Q(applicant=guardian)
    )
    applications = list(
        seen.select_related("child", "school_year", "school").order_by("-created_at", "-pk")
    )
    own = [row for row in applications if row.household_id == home]
    proofs = list(
        Proof.objects.filter(application__in=own)
        .filter(Q(added_by=user) | Q(added_by__isnull=True))
        .select_related("document", "application")
        .order_by("-added_at", "-pk")
    )
    papers = list(
        PaperRequest.objects.filter(application__in=own)
        .select_related("scan", "application")
        .order_by("-pk")
    )
    yield Section(
        "inscriptions",
        _("Inscriptions à l’école"),
        _("Pour inscrire vos enfants et pouvoir le prouver."),
        _("Le temps de l’école, et un an ; les justificatifs, deux mois après la réponse."),
        tell(
            applications,
            lambda row: f"{row.reference} · {row.child.given_name}",
            ("state", _("État")),
            ("level", _("Niveau")),
            ("school_year", _("Année scolaire"), lambda row: str(row.school_year or "")),
            ("school", _("École"), lambda row: str(row.school or "")),
            ("address", _("Adresse"), lambda row: row.address if row.household_id == home else ""),
            ("created_at", _("Commencée le")),
            ("submitted_at", _("Envoyée le")),
            ("decided_at", _("Répondue le")),
            ("refusal", _("Motif du refus")),
        )
        + tell(
            Waiver.objects.filter(application__in=own).select_related("school").order_by("-pk"),
            lambda _row: _("Demande d’une autre école"),
            ("school", _("École demandée"), "school.name"),
            ("motive", _("Raison")),
            ("explanation", _("Vos mots")),
            ("state", _("Réponse")),
            ("reasons", _("Motifs de la réponse")),
            ("decided_at", _("Répondue le")),
        )
        + tell(
            ProofRequest.objects.filter(application__in=own).order_by("-asked_at"),
            lambda row: row.get_kind_display() if hasattr(row, "get_kind_display") else row.kind,
            ("message", _("Ce que l’agent a demandé")),
            ("asked_at", _("Demandé le")),
            ("answered_at", _("Répondu le")),
        )
        + tell(
            papers,
            lambda row: row.application.reference,
            ("received_on", _("Formulaire papier reçu le")),
            ("entered_on", _("Saisi le")),
        )
        + tell(
            proofs,
            lambda row: row.application.reference,
            ("kind", _("Justificatif")),
            ("added_at", _("Ajouté le")),
            ("sworn_at", _("Attesté sur l’honneur le")),
            ("check_result", _("Vérification")),
        ),
        documents_of(proofs, "document") + documents_of(papers, "scan"),
        order=50,
    )
    children = children_of(user)
    yield Section(
        "certificats",
        _("Certificats, admissions et départs"),
        _("Pour que l’école accueille vos enfants, ou les laisse partir."),
        _("Le temps de l’école, et un an."),
        tell(
            Certificate.objects.filter(application__child__in=children).order_by("-issued_at"),
            lambda row: row.child_name,
            ("code", _("Code")),
            ("school_name", _("École")),
            ("school_year_name", _("Année scolaire")),
            ("issued_at", _("Délivré le")),
            ("revoked_at", _("Retiré le")),
        )
        + tell(
            Admission.objects.filter(application__child__in=children)
            .select_related("application__child")
            .order_by("-admitted_at"),
            lambda row: row.application.child.given_name,
            ("admitted_at", _("Admis le")),
            ("vaccination_seen_on", _("Vaccinations vues le")),
            ("provisional_until", _("Provisoire jusqu’au")),
        )
        + tell(
            Departure.objects.filter(child__in=children).order_by("-requested_at"),
            lambda row: row.child_name or row.reference,
            ("leaves_on", _("Premier jour sans école ici")),
            (
                "destination",
                _("Ensuite"),
                lambda row: row.get_destination_display() if row.household_id == home else "",
            ),
            ("state", _("État")),
            ("requested_at", _("Demandé le")),
            ("decided_at", _("Répondu le")),
        ),
        order=51,
    )


def register() -> None:
    """Register them; called from ``AppConfig.ready``."""
    register_collector(
        "registration",
        requests,
        "registration.Application",
        "registration.Proof",
        "registration.PaperRequest",
        "registration.ProofRequest",
        "registration.Waiver",
        "registration.Certificate",
        "registration.Admission",
        "registration.Departure",
    )
