"""Who has which devices, since when, until when."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classrooms import access
from classrooms.models.fleet import Cart, Device
from core import clock
from enrolment.schools.models import ClassGroup, School


class HandOut(models.Model):
    """Devices entrusted to a class, a teacher, a school or a pupil's place in a class.

    ``cart`` is set when a whole cart went out in one act. A pupil is named by their place
    number in the class, never by name. ``due_on`` is the last day it may be kept.
    """

    class State(models.TextChoices):
        OPEN = "open", _("En cours")
        CLOSED = "closed", _("Rendu")

    class Holder(models.TextChoices):
        CLASS = "class", _("Une classe")
        TEACHER = "teacher", _("Un enseignant")
        SCHOOL = "school", _("L’école")
        PUPIL = "pupil", _("Une place d’élève")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {"open": frozenset({"closed"})}

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    holder = models.CharField(_("remis à"), max_length=8, choices=Holder.choices)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="hand_outs")
    class_group = models.ForeignKey(
        ClassGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="hand_outs"
    )
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hand_outs",
    )
    pupil_slot = models.PositiveSmallIntegerField(_("place dans la classe"), null=True, blank=True)
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="hand_outs"
    )
    handed_at = models.DateTimeField(default=clock.now)
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("à rendre le"))
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.HandOutQuerySet.as_manager()

    class Meta:
        ordering = ["-handed_at", "-pk"]
        verbose_name = _("remise")
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["cart"], condition=Q(state="open"), name="hand_out_cart_once"
            ),
            models.CheckConstraint(
                condition=Q(holder="class", class_group__isnull=False, teacher__isnull=True)
                | Q(holder="teacher", class_group__isnull=True, teacher__isnull=False)
                | Q(holder="school", class_group__isnull=True, teacher__isnull=True)
                | Q(holder="pupil", class_group__isnull=False, teacher__isnull=True),
                name="hand_out_holder_named",
            ),
            models.CheckConstraint(
                condition=Q(holder="pupil", pupil_slot__isnull=False)
                | (~Q(holder="pupil") & Q(pupil_slot__isnull=True)),
                name="hand_out_pupil_has_place",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="hand_out_closed_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return self.holder_name

    @property
    def holder_name(self) -> str:
        """Who has it, in words; a pupil by place number."""
        if self.holder == self.Holder.TEACHER and self.teacher:
            return self.teacher.get_full_name()
        if self.holder == self.Holder.PUPIL:
            return f"{self.class_group}, n°\u00a0{self.pupil_slot}"
        return str(self.class_group or self.school)


class HandOutItem(models.Model):
    """One device of a hand-out. A device is out once at most, whatever happens."""

    class Outcome(models.TextChoices):
        GOOD = "good", _("Rendu en bon état")
        DAMAGED = "damaged", _("Rendu abîmé")
        MISSING = "missing", _("Manquant")
        SWAPPED = "swapped", _("Échangé")

    hand_out = models.ForeignKey(HandOut, on_delete=models.CASCADE, related_name="items")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="hand_out_items")
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    out_at = models.DateTimeField(default=clock.now)
    returned_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)

    objects = access.HandOutItemQuerySet.as_manager()

    class Meta:
        ordering = ["hand_out", "slot", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(returned_at__isnull=True),
                name="hand_out_device_once",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, outcome="")
                | (Q(returned_at__isnull=False) & ~Q(outcome="")),
                name="hand_out_item_outcome",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("out_at")),
                name="hand_out_item_back_after_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hand_out_id}: {self.device_id}"
