"""Codes handed over on paper, at a desk."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class DeskCodeQuerySet(models.QuerySet["DeskCode"]):
    """Codes by what they are still good for."""

    def pending(self) -> DeskCodeQuerySet:
        """Neither used nor taken back; perhaps past their day."""
        return self.filter(used_at__isnull=True, revoked_at__isnull=True)

    def good(self) -> DeskCodeQuerySet:
        """Those that still let their owner in."""
        return self.pending().filter(expires_at__gt=clock.now())


class DeskCode(models.Model):
    """A code on a letter: it opens a new account, or lets its owner back in. Hash only.

    Good once, until ``expires_at``, together with the identifier of its account; a new one
    takes the place of the one before.
    """

    class Purpose(models.TextChoices):
        ACTIVATE = "activate", _("Activer un compte")
        RECOVER = "recover", _("Retrouver l’accès à un compte")

    class Seen(models.TextChoices):
        """What the agent saw before giving access back."""

        ID_CARD = "id_card", _("Carte d’identité")
        PASSPORT = "passport", _("Passeport")
        RESIDENCE_PERMIT = "residence_permit", _("Titre de séjour")
        OTHER = "other", _("Autre document officiel avec photo")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_codes"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    code_hash = models.CharField(max_length=64)
    identity_seen = models.CharField(max_length=20, choices=Seen.choices, blank=True)
    drops_second_factor = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DeskCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="desk_code_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="desk_code_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="desk_code_used_or_revoked",
            ),
            models.CheckConstraint(
                condition=Q(purpose="activate") | ~Q(identity_seen=""),
                name="desk_code_recovery_saw_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ({self.purpose}, {self.created_at:%Y-%m-%d})"
