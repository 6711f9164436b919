"""Pupil accounts and class spaces."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from enrolment.schools.models import ClassGroup
from families.models import Child
from resources.catalogue.models import Resource
from resources.workspace import access


class PupilAccount(models.Model):
    """A pupil's key to the workspace: a card (what one has) and three pictures (what one knows).

    Neither is kept in clear. ``card_digest`` and ``code_digest`` are keyed digests; a lost
    card is replaced by a new one, which ends the old. ``wrong_tries`` counts wrong picture
    codes in a row; at the limit ``locked_at`` is set until a teacher gives a new try.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Actif")
        CLOSED = "closed", _("Fermé")

    MOVES = {"active": {"closed"}, "closed": {"active"}}

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pupil_account"
    )
    child = models.OneToOneField(Child, on_delete=models.PROTECT, related_name="pupil_account")
    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.PROTECT, related_name="pupil_accounts"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    activated_at = models.DateTimeField(default=clock.now)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    card_digest = models.CharField(max_length=64, blank=True)
    card_issued_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_set_at = models.DateTimeField(null=True, blank=True)
    code_choice_until = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)
    last_seen_on = models.DateField(null=True, blank=True)

    objects = access.PupilAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("compte d'élève")
        constraints = [
            models.UniqueConstraint(
                fields=["card_digest"], condition=~Q(card_digest=""), name="pupil_card_once"
            ),
            models.CheckConstraint(
                condition=Q(card_digest="") | Q(card_issued_at__isnull=False),
                name="pupil_card_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} ({self.state})"

    @property
    def is_locked(self) -> bool:
        """True after too many wrong picture codes, until a teacher resets it."""
        return self.locked_at is not None


class ClassCharter(models.Model):
    """That the charter of use was presented to a class before its accounts were opened."""

    class_group = models.OneToOneField(
        ClassGroup, on_delete=models.CASCADE, related_name="workspace_charter"
    )
    accepted_at = models.DateTimeField(default=clock.now)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.class_group_id} ({self.accepted_at:%Y-%m-%d})"


class ClassNote(models.Model):
    """A word from the teacher to the class, with resources to open."""

    class_group = models.ForeignKey(
        ClassGroup, on_delete=models.CASCADE, related_name="workspace_notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="class_notes"
    )
    title = models.CharField(_("titre"), max_length=120)
    text = models.TextField(_("message"), max_length=2000, blank=True)
    resources = models.ManyToManyField(Resource, blank=True, related_name="class_notes")
    posted_at = models.DateTimeField(default=clock.now)

    objects = access.ClassNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-posted_at", "-pk"]

    def __str__(self) -> str:
        return self.title
