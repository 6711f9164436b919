"""What does not work, who said so, and what became of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms import access, rules
from classrooms.models.fleet import Cart, Device
from core import clock
from enrolment.schools.models import School


class Incident(models.Model):
    """A fault of one device. ``school``, ``cart`` and ``slot`` are where it was when reported.

    At most one is open per device: a second report of the same fault joins the first.
    """

    class Kind(models.TextChoices):
        SCREEN = "screen", _("Écran cassé")
        POWER = "power", _("Ne s'allume pas")
        KEYBOARD = "keyboard", _("Clavier ou souris")
        CHARGING = "charging", _("Ne charge pas")
        LOST = "lost", _("Introuvable")
        OTHER = "other", _("Autre problème")

    class State(models.TextChoices):
        REPORTED = "reported", _("Signalé")
        IN_PROGRESS = "in_progress", _("Pris en charge")
        SWAPPED = "swapped", _("Appareil remplacé")
        CLOSED = "closed", _("Réglé")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("Urgente")
        NORMAL = 2, _("Normale")
        LOW = 3, _("Basse")

    class Outcome(models.TextChoices):
        REPAIRED = "repaired", _("Réparé")
        FOUND = "found", _("Retrouvé")
        NOTHING = "nothing", _("Rien à signaler, il fonctionne")
        RETIRED = "retired", _("Irréparable, réformé")
        NOT_FOUND = "not_found", _("Pas retrouvé")

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = rules.INCIDENT_MOVES

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="incidents")
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    cart = models.ForeignKey(
        Cart, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.CharField(_("problème"), max_length=10, choices=Kind.choices)
    description = models.CharField(_("précisions"), max_length=500, blank=True)
    priority = models.PositiveSmallIntegerField(_("priorité"), choices=Priority.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REPORTED)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(default=clock.now)
    answer_by = models.DateField(_("à traiter avant le"))
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    swapped_with = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_in"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = access.IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "reported_at", "pk"]
        verbose_name = _("panne")
        indexes = [models.Index(fields=["state", "priority", "reported_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=~Q(state="closed"), name="incident_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True, outcome="")),
                name="incident_closed_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome=""), name="incident_closed_has_outcome"
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=3), name="incident_priority_known"
            ),
        ]

    def __str__(self) -> str:
        return f"n° {self.pk}"

    @property
    def is_open(self) -> bool:
        """True until somebody has settled it."""
        return self.state != self.State.CLOSED

    def is_late(self, today: dt.date) -> bool:
        """Tell whether nobody has looked at it in time."""
        return self.state == self.State.REPORTED and self.answer_by < today
