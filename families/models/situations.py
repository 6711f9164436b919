"""What changes in a family's life: names, and what a family tells the city about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import Document
from families.access import people as access
from families.models.children import Child
from families.models.household import Guardian


class NameChange(models.Model):
    """A name as it was before and after, of a guardian or of a child; the journal holds none."""

    class Part(models.TextChoices):
        GIVEN = "given_name", _("Prénom")
        BIRTH = "family_name", _("Nom de naissance")
        USED = "used_name", _("Nom d’usage")

    class Reason(models.TextChoices):
        DAILY_LIFE = "daily_life", _("Choix du nom d’usage")
        TYPING_ERROR = "typing_error", _("Faute de saisie")
        CIVIL_STATUS = "civil_status", _("Changement à l’état civil")

    guardian = models.ForeignKey(
        Guardian, null=True, blank=True, on_delete=models.CASCADE, related_name="name_changes"
    )
    child = models.ForeignKey(
        Child, null=True, blank=True, on_delete=models.CASCADE, related_name="name_changes"
    )
    part = models.CharField(max_length=12, choices=Part.choices)
    before = models.CharField(max_length=100, blank=True)
    after = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=14, choices=Reason.choices)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.NameChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(guardian__isnull=True, child__isnull=False)
                | Q(guardian__isnull=False, child__isnull=True),
                name="name_change_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} ({self.changed_at:%Y-%m-%d})"


class SituationReport(models.Model):
    """Something a family tells an agent: read by whoever wrote it and by agents only."""

    class Kind(models.TextChoices):
        DEATH = "death", _("Un parent ou responsable est décédé")
        AUTHORITY = "authority", _("L’autorité parentale a changé")
        GUARDIAN = "guardian", _("Une institution ou un tuteur s’occupe de l’enfant")
        NAME = "name", _("Un nom a changé ou est mal écrit")
        OTHER = "other", _("Autre changement")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="situation_reports")
    reported_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("changement"), max_length=10, choices=Kind.choices)
    words = models.CharField(_("en quelques mots"), max_length=500, blank=True)
    proof = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = access.SituationReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "reported_by", "kind"],
                condition=Q(handled_at__isnull=True),
                name="situation_report_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}: {self.kind}"
