"""How another guardian comes to their own access."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families import access
from families.access import separation
from families.models.children import Child
from families.models.household import Guardian


class Invitation(models.Model):
    """A guardian invited by another to open their own access; only a hash of the secret is kept.

    Good once, for seven days. Sent by e-mail it holds a link, good only for an account whose
    confirmed address is ``email``. On paper it holds a code (``email`` is empty), good only
    with the invited person's name and a child's birth date; five wrong answers close it.
    """

    #: Wrong answers after which a code on paper is closed.
    MAX_TRIES = 5

    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("adresse e-mail"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    objects = access.InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guardian"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(wrong_tries__lt=5) | Q(revoked_at__isnull=False),
                name="invitation_closed_after_five_tries",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_used_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} ({self.created_at:%Y-%m-%d})"

    @property
    def on_paper(self) -> bool:
        """True for a printed letter with a code."""
        return not self.email


class ChildClaim(models.Model):
    """Somebody says that a child already known here is theirs, with proof; an agent decides.

    ``child`` is set by the agent, never by what was typed: the answer at the time of asking
    is the same whether or not such a child exists. The proof is deleted once decided.
    """

    WAITING, LINKED, REFUSED, WITHDRAWN = "waiting", "linked", "refused", "withdrawn"
    MOVES = {WAITING: {LINKED, REFUSED, WITHDRAWN}}
    STATES = [
        (WAITING, _("En cours de vérification")),
        (LINKED, _("Acceptée")),
        (REFUSED, _("Refusée")),
        (WITHDRAWN, _("Retirée")),
    ]

    class Refusal(models.TextChoices):
        """Why a claim is turned down; the claimant reads these words."""

        # None of these tells whether such a child is known here.
        PROOF = "proof", _("La pièce ne permet pas de reconnaître un lien avec un enfant inscrit")
        UNREADABLE = "unreadable", _("La pièce est illisible ou incomplète")
        VISIT = "visit", _("Votre situation demande un rendez-vous au service des inscriptions")

    reference = models.CharField(max_length=16, unique=True)
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="claims")
    given_name = models.CharField(_("prénom de l’enfant"), max_length=100)
    family_name = models.CharField(_("nom de naissance"), max_length=100)
    birth_date = models.DateField(_("date de naissance"))
    kind = models.CharField(_("lien"), max_length=12)
    proof = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, default=WAITING, choices=STATES)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    child = models.ForeignKey(
        Child, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refusal = models.CharField(_("motif"), max_length=12, choices=Refusal.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = separation.ChildClaimQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "made_at"], name="child_claim_state_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "given_name", "family_name", "birth_date"],
                condition=Q(state="waiting"),
                name="child_claim_waiting_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="linked") | Q(child__isnull=False),
                name="child_claim_linked_names_child",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""),
                name="child_claim_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
