"""Applications for a school place, their documents, waivers, certificates and admissions."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from enrolment.registration import access, rules
from enrolment.schools.models import GradeLevel, RollEntry, School, SchoolYear
from families.models import Child, Guardian, Household


class State(models.TextChoices):
    """Where an application stands."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("Envoyée")
    INCOMPLETE = "incomplete", _("Pièce demandée")
    ACCEPTED = "accepted", _("Certificat délivré")
    ADMITTED = "admitted", _("Admis à l’école")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")


#: States of an application that has been sent and still counts.
ACTIVE = (State.SUBMITTED, State.INCOMPLETE, State.ACCEPTED, State.ADMITTED)
#: States that await an agent or, for one document, the family.
OPEN = (State.SUBMITTED, State.INCOMPLETE)


class Application(models.Model):
    """A request for a place in a public school, for one child and one school year.

    ``address`` is what was declared on the day it was sent; it belongs to ``household``
    and is never shown to the other parent. ``catchment_school`` is what the segments say,
    ``requested_school`` what the family asks for, ``school`` what was decided.
    """

    MOVES = {
        State.DRAFT: {State.SUBMITTED, State.WITHDRAWN},
        State.SUBMITTED: {State.INCOMPLETE, State.ACCEPTED, State.REFUSED, State.WITHDRAWN},
        State.INCOMPLETE: {State.SUBMITTED, State.ACCEPTED, State.REFUSED, State.WITHDRAWN},
        State.ACCEPTED: {State.ADMITTED, State.WITHDRAWN},
        State.ADMITTED: set(),
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
    }

    class Outcome(models.TextChoices):
        """What the address says about the school."""

        UNKNOWN = "", _("pas encore cherchée")
        FOUND = "found", _("école de secteur trouvée")
        SEVERAL = "several", _("plusieurs écoles possibles")
        NONE = "none", _("aucun tronçon pour cette adresse")
        OUTSIDE = "outside", _("adresse hors de la ville")

    class Refusal(models.TextChoices):
        """The only grounds on which a registration may be refused."""

        NO_ROOM_TPS = "no_room_tps", _("Pas de place pour les enfants de deux ans")
        NOT_OF_AGE = "not_of_age", _("L’enfant n’a pas l’âge de l’école")
        OTHER_TOWN = "other_town", _("La famille habite une autre commune")
        DUPLICATE = "duplicate", _("Une autre demande existe pour cet enfant")

    reference = models.CharField(max_length=16, unique=True)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="applications")
    school_year = models.ForeignKey(
        SchoolYear, null=True, on_delete=models.PROTECT, related_name="+"
    )
    applicant = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="applications")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("état"), max_length=12, choices=State.choices, default=State.DRAFT)
    level = models.CharField(_("niveau"), max_length=3, choices=GradeLevel.choices, blank=True)
    address = models.CharField(_("adresse"), max_length=300, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    catchment_school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    answer_due_on = models.DateField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refusal = models.CharField(
        _("motif du refus"), max_length=12, choices=Refusal.choices, blank=True
    )

    objects = access.ApplicationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=Q(state__in=["submitted", "incomplete"]),
                name="application_open_idx",
            ),
            models.Index(fields=["school", "state"], name="application_school_idx"),
            models.Index(fields=["state", "submitted_at"], name="application_state_idx"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "school_year"],
                condition=Q(state__in=["submitted", "incomplete", "accepted", "admitted"]),
                name="application_one_active",
            ),
            models.UniqueConstraint(
                fields=["child", "applicant"],
                condition=Q(state="draft"),
                name="application_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(
                    submitted_at__isnull=False,
                    school_year__isnull=False,
                    answer_due_on__isnull=False,
                ),
                name="application_sent_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "admitted"]) | Q(school__isnull=False),
                name="application_accepted_has_school",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""),
                name="application_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """True while it awaits an agent or a document."""
        return self.state in OPEN

    def urgency(self, today: dt.date) -> str:
        """Return ``late``, ``soon`` or ``fine`` for an open application, else nothing."""
        if not self.is_open or self.answer_due_on is None:
            return ""
        return rules.urgency(self.answer_due_on, today)


class ProofKind(models.TextChoices):
    """What a document proves."""

    CHILD_IDENTITY = "child_identity", _("Identité de l’enfant")
    GUARDIAN_IDENTITY = "guardian_identity", _("Identité du responsable")
    DOMICILE = "domicile", _("Domicile")
    AUTHORITY = "authority", _("Décision de justice ou accord entre parents")
    VACCINATION = "vaccination", _("Vaccinations")
    MOTIVE = "motive", _("Appui d’une demande de dérogation")
    OTHER = "other", _("Autre pièce")


class Proof(models.Model):
    """One supporting document, or the signed statement that stands in for it."""

    class Check(models.TextChoices):
        """What an agent found."""

        WAITING = "waiting", _("À vérifier")
        GOOD = "good", _("Vérifiée")
        EXPIRED = "expired", _("Périmée")
        UNREADABLE = "unreadable", _("Illisible")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="proofs")
    kind = models.CharField(_("pièce"), max_length=18, choices=ProofKind.choices)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sworn_at = models.DateTimeField(null=True, blank=True)
    check_result = models.CharField(
        _("contrôle"), max_length=10, choices=Check.choices, default=Check.WAITING
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False) ^ Q(sworn_at__isnull=False),
                name="proof_document_or_statement",
            ),
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(sworn_at__isnull=False),
                name="proof_sworn_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.kind}"


class ProofRequest(models.Model):
    """An agent asks the family for one more document."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="proof_requests"
    )
    kind = models.CharField(_("pièce"), max_length=18, choices=ProofKind.choices)
    message = models.CharField(_("message à la famille"), max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(answered_at__isnull=True),
                name="proof_request_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.kind}"


class Waiver(models.Model):
    """A request for a school other than that of the catchment area, decided with reasons."""

    PENDING, GRANTED, REFUSED = "pending", "granted", "refused"
    MOVES = {PENDING: {GRANTED, REFUSED}}

    class Motive(models.TextChoices):
        """Why another school."""

        HEALTH = "health", _("Santé ou handicap")
        SIBLINGS = "siblings", _("Frère ou sœur déjà dans l’école")
        CONTINUITY = "continuity", _("Continuité de la scolarité")
        CHILDCARE = "childcare", _("Garde par une assistante maternelle ou un proche")
        WORK = "work", _("Travail des parents")
        OTHER = "other", _("Autre raison")

    class Ground(models.TextChoices):
        """Why it is refused."""

        FULL = "full", _("L’école demandée n’a plus de place à ce niveau")
        NOT_FOUNDED = "not_founded", _("Le motif n’est pas établi par les pièces fournies")
        SECTOR_FIRST = "sector_first", _("Les enfants du secteur sont prioritaires")

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="waiver")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    motive = models.CharField(_("motif"), max_length=10, choices=Motive.choices)
    explanation = models.CharField(_("explication"), max_length=600, blank=True)
    state = models.CharField(
        max_length=8,
        default=PENDING,
        choices=[
            (PENDING, _("À décider")),
            (GRANTED, _("Accordée")),
            (REFUSED, _("Refusée")),
        ],
    )
    ground = models.CharField(
        _("motif du refus"), max_length=12, choices=Ground.choices, blank=True
    )
    reasons = models.CharField(_("explication au parent"), max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.WaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(ground=""), name="waiver_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} → {self.school_id} ({self.state})"


class Certificate(models.Model):
    """The registration certificate a head teacher admits on; facts as they were that day.

    ``code`` is printed on it (75 bits and a check character) and proves it on a public page.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="certificate"
    )
    code = models.CharField(max_length=24, unique=True)
    child_name = models.CharField(max_length=220)
    birth_date = models.DateField()
    school_name = models.CharField(max_length=120)
    school_year_name = models.CharField(max_length=9)
    level = models.CharField(max_length=3, choices=GradeLevel.choices)
    issued_at = models.DateTimeField(default=clock.now, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = access.CertificateQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.application_id)


class Admission(models.Model):
    """A head teacher admits a child; until vaccinations are shown, for three months only."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="admission"
    )
    roll_entry = models.OneToOneField(RollEntry, on_delete=models.PROTECT, related_name="admission")
    vaccination_seen_on = models.DateField(null=True, blank=True)
    provisional_until = models.DateField(null=True, blank=True)
    admitted_at = models.DateTimeField(default=clock.now, editable=False)
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.AdmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(vaccination_seen_on__isnull=False) | Q(provisional_until__isnull=False),
                name="admission_seen_or_provisional",
            ),
        ]

    def __str__(self) -> str:
        return str(self.application_id)
