"""Whom to call for a child, and where a picture of them may be shown."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from families.access import care as access
from families.models.children import Child
from families.models.household import Guardian


class EmergencyContact(models.Model):
    """Somebody to call when the parents do not answer, lowest ``rank`` first."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="emergency_contacts")
    added_by = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("prénom et nom"), max_length=120)
    relation = models.CharField(_("lien avec l’enfant"), max_length=60, blank=True)
    phone = models.CharField(_("téléphone"), max_length=20)
    rank = models.PositiveSmallIntegerField(_("ordre d’appel"), default=1)
    starts_on = models.DateField(default=clock.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = access.EmergencyContactQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "added_by", "name"],
                condition=Q(ends_on__isnull=True),
                name="emergency_contact_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="emergency_contact_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PhotoAnswer(models.Model):
    """What one guardian says about pictures for one use; a new answer ends the one before."""

    class Use(models.TextChoices):
        CLASS = "class", _("Dans la classe et sur l’espace de la classe")
        CITY_WEB = "city_web", _("Sur le site et les publications de la ville")
        PRESS = "press", _("Dans la presse")

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="photo_answers")
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="+")
    use = models.CharField(max_length=10, choices=Use.choices)
    allowed = models.BooleanField()
    answered_at = models.DateTimeField(default=clock.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = access.PhotoAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "guardian", "use"],
                condition=Q(ended_at__isnull=True),
                name="photo_answer_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.use}: {self.allowed}"
