"""Records of removed data, in the words of NIST SP 800-88."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Device
from classrooms.secondlife import access
from classrooms.secondlife.models.departures import Media
from core import clock


class Wipe(models.Model):
    """One removal of a device's data, and what its verification found; then it is final.

    What was noted by mistake is withdrawn, with a reason: nothing leaves by it any more, and
    ``withdrawn_from`` goes on saying what it had been taken for.
    """

    class Category(models.TextChoices):
        CLEAR = "clear", _("Effacement simple (clear)")
        PURGE = "purge", _("Purge")
        DESTROY = "destroy", _("Destruction")

    class Technique(models.TextChoices):
        OVERWRITE = "overwrite", _("Réécriture complète")
        RESET = "reset", _("Réinitialisation d’usine")
        CRYPTO = "crypto", _("Effacement cryptographique")
        BLOCK = "block", _("Effacement par blocs (sanitize)")
        DEGAUSS = "degauss", _("Démagnétisation")
        SHRED = "shred", _("Broyage")
        INCINERATE = "incinerate", _("Incinération")

    class Verification(models.TextChoices):
        FULL = "full", _("Relecture complète")
        SAMPLE = "sample", _("Relecture par sondage")
        REPORT = "report", _("Rapport de l’outil, contrôlé")
        SIGHT = "sight", _("Constat visuel")

    class Result(models.TextChoices):
        WAITING = "waiting", _("À vérifier")
        PASSED = "passed", _("Réussi")
        FAILED = "failed", _("Échoué")
        WITHDRAWN = "withdrawn", _("Retiré")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="wipes")
    media = models.CharField(_("mémoire"), max_length=6, choices=Media.choices)
    media_serial = models.CharField(_("numéro du disque"), max_length=40, blank=True)
    category = models.CharField(max_length=8, choices=Category.choices)
    technique = models.CharField(_("méthode"), max_length=10, choices=Technique.choices)
    tool = models.CharField(_("outil"), max_length=60)
    tool_version = models.CharField(_("version de l’outil"), max_length=30, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(default=clock.now)
    result = models.CharField(max_length=9, choices=Result.choices, default=Result.WAITING)
    verification = models.CharField(
        _("vérification"), max_length=8, choices=Verification.choices, blank=True
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("remarque"), max_length=200, blank=True)
    withdrawn_from = models.CharField(max_length=9, choices=Result.choices, blank=True)
    withdrawn_why = models.CharField(_("motif du retrait"), max_length=200, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = access.WipeQuerySet.as_manager()

    class Meta:
        ordering = ["-done_at", "-pk"]
        verbose_name = _("effacement")
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(result="waiting"), name="wipe_one_to_verify"
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verification="")
                & (Q(result="waiting") | Q(withdrawn_from="waiting"))
                | Q(verified_at__isnull=False)
                & ~Q(verification="")
                & ~Q(result="waiting")
                & ~Q(withdrawn_from="waiting"),
                name="wipe_verified_says_how",
            ),
            models.CheckConstraint(
                condition=Q(
                    result="withdrawn",
                    withdrawn_from__in=("waiting", "passed", "failed"),
                    withdrawn_at__gte=F("done_at"),
                )
                & ~Q(withdrawn_why="")
                | ~Q(result="withdrawn")
                & Q(
                    withdrawn_from="",
                    withdrawn_why="",
                    withdrawn_by__isnull=True,
                    withdrawn_at__isnull=True,
                ),
                name="wipe_withdrawn_says_why",
            ),
            models.CheckConstraint(
                condition=Q(category="clear")
                | Q(verified_by__isnull=True)
                | Q(done_by__isnull=True)
                | ~Q(verified_by=F("done_by")),
                name="wipe_verified_by_another",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(verified_at__gte=F("done_at")),
                name="wipe_verified_after",
            ),
            models.CheckConstraint(condition=~Q(media="none"), name="wipe_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}: {self.category} {self.result}"

    @property
    def number(self) -> str:
        """What its certificate is called by."""
        return f"EFF-{self.done_at:%Y}-{self.pk:05d}"
